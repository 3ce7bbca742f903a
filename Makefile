# Thin recipes: what they call works without make too (CONTRIBUTING.md).
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
PY := $(BIN)/python
# Python compiles what is imported; compiling all 25,000 files takes a minute and more.
PIP := $(PY) -m pip install --quiet --no-compile
CORE := packages/headroom-core
ADAPTERS := packages/langchain-headroom packages/llama-index-headroom
# llama-index-core carries tiktoken's table, so that counting needs no network.
TABLE = $(abspath $(firstword $(wildcard .venv/lib/python3*/site-packages/llama_index/core/_static/tiktoken_cache .venv/Lib/site-packages/llama_index/core/_static/tiktoken_cache)))
COUNTED = TIKTOKEN_CACHE_DIR="$${TIKTOKEN_CACHE_DIR-$(TABLE)}"
PROJECTS := pyproject.toml $(wildcard packages/*/pyproject.toml)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# The version of the core that the adapters ask for: pip refuses to install the core
# editable and from the folder beside them at once.
export HEADROOM_CORE := ==0.1.0

# A stamp is written last, so an interrupted set-up is taken up again.
.venv/.demo: $(PROJECTS)
	@$(PYTHON) -c "import sys; sys.exit(None if sys.version_info >= (3, 11) else 'Headroom needs Python 3.11 or newer: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11')"
	@echo "Setting up .venv (once)"
	@$(PYTHON) -m venv .venv
	@$(PIP) --editable "$(CORE)[cli]"
	@$(PY) -c "open('$@', 'w').close()"

.venv/.test: .venv/.demo
	@echo "Installing what the tests need (once)"
	@$(PIP) "pip>=25.1"
	@$(PIP) --editable "$(CORE)[cli]" $(addprefix --editable ,$(ADAPTERS)) --group test
	@$(PY) -c "open('$@', 'w').close()"

.venv/.dev: .venv/.test
	@echo "Installing ruff, mypy and import-linter (once)"
	@$(PIP) --group dev
	@$(PY) -c "open('$@', 'w').close()"

.venv/.models: .venv/.test
	@echo "Installing PyTorch for the CPU and small models (once)"
	@$(PIP) --group semantic
	@$(PY) -c "open('$@', 'w').close()"

.venv/.ray: .venv/.test
	@echo "Installing Ray Data (once)"
	@$(PIP) --group ray
	@$(PY) -c "open('$@', 'w').close()"

.PHONY: help install models ray demo format lint types imports test test-deep bench figures fuzz matrix-langchain matrix-llama-index frameworks dist docs check
help: ## Show this list
	@$(PYTHON) -c "import re; [print(f'{n:18} {t}') for n, t in re.findall(r'^([\w-]+):.*?## (.*)', open('Makefile').read(), re.M)]"

install: .venv/.dev ## Set up .venv with everything for development

models: .venv/.models ## Add PyTorch and small models; their tests are skipped without

ray: .venv/.ray ## Add Ray Data; its example's test is skipped without
	@$(COUNTED) $(PY) examples/ray_data.py

demo: .venv/.demo ## Minify a GitHub API response and show what is saved
	@$(PY) examples/demo.py

format: .venv/.dev ## Format the code
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

lint: .venv/.dev ## Check style
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .

types: .venv/.dev ## Check types (mypy strict)
	$(PY) -m mypy

imports: .venv/.dev ## Check that imports point one way
	$(BIN)/lint-imports

# A page's examples share their names, so a file's tests stay in one process.
# Tests start processes, which would compile all modules again without bytecode.
test: .venv/.test ## Run all tests (offline after set-up)
	@$(COUNTED) PYTHONDONTWRITEBYTECODE= $(PY) -m pytest -q -n auto --dist loadscope

test-deep: .venv/.test ## The same with 2,000 random examples for each property
	@$(COUNTED) HYPOTHESIS_PROFILE=deep $(PY) -m pytest -q -n auto --dist loadscope

.venv/.peers: .venv/.test
	@echo "Installing what Headroom is compared with (once)"
	@$(PIP) --group peers
	@$(PY) -c "open('$@', 'w').close()"

# It has a package of our name, so it lives apart.
.venv-headroom-ai/.ready:
	@echo "Installing headroom-ai in .venv-headroom-ai (once)"
	@$(PYTHON) -m venv .venv-headroom-ai
	@.venv-headroom-ai/$(notdir $(BIN))/python -m pip install --quiet "headroom-ai==0.42.0"
	@$(PYTHON) -c "open('$@', 'w').close()"

bench: .venv/.peers $(if $(HEADROOM_AI),.venv-headroom-ai/.ready) ## Compare with other packages; DATA=FOLDER takes your own data, HEADROOM_AI=1 adds headroom-ai, OUT=FOLDER writes there
	@$(COUNTED) $(PY) benchmarks/peers $(or $(DATA),examples) --out $(or $(OUT),build/benchmarks)

figures: .venv/.test ## Renew all figures in README.md and docs/ that are of examples/
	@$(COUNTED) $(PY) benchmarks/before_after.py > docs/before_after.svg
	@$(COUNTED) $(PY) benchmarks/figures.py

fuzz: .venv/.test ## Compress 10,000 transcripts in each message shape, and time hostile texts
	@$(PY) tests/fuzz/fuzz_conversations.py
	@$(PY) tests/fuzz/growth.py

# Each end of what the adapter supports has a folder of its own.
LANGCHAIN_lowest := langchain-core==1.4.0 langchain==1.3.0 langchain-classic==1.0.7
LANGCHAIN_newest := langchain-core<2 langchain<2 langchain-classic<2
.venv-langchain-%/.ready: $(PROJECTS) Makefile
	@echo "Setting up .venv-langchain-$* (once)"
	@$(PYTHON) -m venv .venv-langchain-$*
	@.venv-langchain-$*/$(notdir $(BIN))/python -m pip install --quiet "pip>=25.1"
	@.venv-langchain-$*/$(notdir $(BIN))/python -m pip install --quiet --editable $(CORE) --editable "packages/langchain-headroom[agents,classic]" --group langchain $(foreach each,$(LANGCHAIN_$*),"$(each)")
	@.venv-langchain-$*/$(notdir $(BIN))/python -c "open('$@', 'w').close()"

matrix-langchain: .venv/.test .venv-langchain-lowest/.ready .venv-langchain-newest/.ready ## Test the LangChain adapter on its oldest and newest versions
	@for each in lowest newest; do \
	  .venv-langchain-$$each/$(notdir $(BIN))/python -c "from importlib.metadata import version as v; print(*(f'{n} {v(n)}' for n in ('langchain-core', 'langchain', 'langchain-classic', 'langgraph')), sep=', ')" && \
	  $(COUNTED) .venv-langchain-$$each/$(notdir $(BIN))/python -m pytest -q -p no:cacheprovider tests/langchain_adapter || exit 1; \
	done

# Both ends of llama-index-core, each with pydantic on both sides of 2.14, where
# LlamaIndex's own chat stores stop serialising. The oldest core itself warns.
LLAMA_INDEX_oldest := llama-index-core==0.14.5
LLAMA_INDEX_newest := llama-index-core<0.15
LLAMA_INDEX_pydantic-old := pydantic<2.14
LLAMA_INDEX_pydantic-new := pydantic>=2.14
LLAMA_INDEX := oldest-pydantic-old oldest-pydantic-new newest-pydantic-old newest-pydantic-new
.venv-llama-index-%/.ready: $(PROJECTS) Makefile
	@echo "Setting up .venv-llama-index-$* (once)"
	@$(PYTHON) -m venv .venv-llama-index-$*
	@.venv-llama-index-$*/$(notdir $(BIN))/python -m pip install --quiet "pip>=25.1"
	@.venv-llama-index-$*/$(notdir $(BIN))/python -m pip install --quiet --editable $(CORE) --editable packages/llama-index-headroom --group test $(foreach each,$(filter oldest newest,$(subst -, ,$*)),"$(LLAMA_INDEX_$(each))") "$(LLAMA_INDEX_pydantic-$(lastword $(subst -, ,$*)))"
	@.venv-llama-index-$*/$(notdir $(BIN))/python -c "open('$@', 'w').close()"

matrix-llama-index: $(LLAMA_INDEX:%=.venv-llama-index-%/.ready) ## Test the LlamaIndex adapter on its oldest and newest versions
	@for each in $(LLAMA_INDEX); do \
	  .venv-llama-index-$$each/$(notdir $(BIN))/python -c "from importlib.metadata import version as v; print(*(f'{n} {v(n)}' for n in ('llama-index-core', 'llama-index-workflows', 'pydantic')), sep=', ')" && \
	  .venv-llama-index-$$each/$(notdir $(BIN))/python -m pytest -q -p no:cacheprovider -W "ignore:The 'validate_default' attribute" tests/llama_index_adapter || exit 1; \
	done

# The requirements of frameworks clash, so each has a folder of its own.
FRAMEWORK_agents := openai-agents
FRAMEWORK_autogen := autogen-agentchat "autogen-ext[openai]"
FRAMEWORK_crewai := crewai
FRAMEWORK_deepagents := deepagents langchain-openai --editable packages/langchain-headroom
FRAMEWORK_google := google-genai
FRAMEWORK_litellm := litellm
FRAMEWORK_pydantic-ai := "pydantic-ai-slim[openai,anthropic,google]"
FRAMEWORK_smolagents := "smolagents[openai]"
FRAMEWORKS := agents autogen crewai deepagents google litellm pydantic-ai smolagents
.venv-framework-%/.ready: $(PROJECTS) Makefile
	@echo "Setting up .venv-framework-$* (once)"
	@$(PYTHON) -m venv .venv-framework-$*
	@.venv-framework-$*/$(notdir $(BIN))/python -m pip install --quiet --editable $(CORE) hypothesis pytest pytest-socket sybil $(FRAMEWORK_$*)
	@.venv-framework-$*/$(notdir $(BIN))/python -c "open('$@', 'w').close()"

frameworks: $(FRAMEWORKS:%=.venv-framework-%/.ready) ## Run the programs of docs/frameworks.md with each framework
	@for each in $(FRAMEWORKS); do \
	  echo "$$each" && .venv-framework-$$each/$(notdir $(BIN))/python -m pytest -q -p no:cacheprovider tests/core/test_frameworks.py || exit 1; \
	done

REPOSITORY ?= https://repository.invalid/headroom
dist: .venv/.test ## Build wheels and sdists into build/dist and try them; REPOSITORY=URL for their metadata
	@$(PY) packages/build_distributions.py --repository $(REPOSITORY)

.venv/.docs: .venv/.test pyproject.toml
	@echo "Installing what builds the documentation (once)"
	@$(PIP) --group docs
	@$(PY) -c "open('$@', 'w').close()"

docs: .venv/.docs ## Build the documentation into build/site, strictly (offline after set-up)
	@$(PY) docs/build_site.py

# mypy keeps one core busy; what is left of the other serves the rest. Environments
# are set up before, one after the other.
check: .venv/.dev .venv/.docs ## Everything CI runs
	@$(MAKE) --jobs=2 types lint imports docs
	@$(MAKE) test

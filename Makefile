# Thin recipes: each line also works when typed without make (CONTRIBUTING.md).
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
PY := $(BIN)/python
PIP := $(PY) -m pip install --quiet
CORE := packages/headroom-core
PROJECTS := pyproject.toml $(wildcard packages/*/pyproject.toml)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# A stamp is written last, so an interrupted set-up starts again where pip left off.
.venv/.demo: $(PROJECTS)
	$(PYTHON) -m venv .venv
	$(PIP) --editable "$(CORE)[cli]"
	@touch $@

.venv/.test: .venv/.demo
	$(PIP) "pip>=25.1"
	$(PIP) --editable "$(CORE)[cli]" --editable packages/langchain-headroom --editable packages/llama-index-headroom --group test
	@touch $@

.venv/.dev: .venv/.test
	$(PIP) --group dev
	@touch $@

.PHONY: help install demo format lint types imports test bench docs check
help: ## Show this list
	@$(PYTHON) -c "import re;[print(f'{n:10} {t}') for n, t in re.findall(r'^(\w+):.*?## (.*)', open('Makefile').read(), re.M)]"

install: .venv/.dev ## Set up .venv with everything for development

demo: .venv/.demo ## Minify real-shaped API responses and show what is saved
	$(PY) examples/demo.py

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

test: .venv/.test ## Run all tests (offline after set-up)
	$(PY) -m pytest

bench: .venv/.demo ## Print the README's figures; DATA=DIR measures your own payloads
	$(PY) -m headroom bench $(or $(DATA),examples/payloads)

docs: ## Where the documentation is
	@echo "docs/*.md and README.md; every code block in them runs in make test"

check: lint types imports test ## Everything CI runs

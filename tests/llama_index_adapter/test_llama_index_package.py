"""What llama-index-headroom ships: names, both import paths, the wheel's files."""

import importlib
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import llama_index.core
import pytest

import headroom
import llama_index_headroom

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "packages" / "llama-index-headroom"
SHIMS = ["postprocessor", "memory", "tools"]
# Another distribution's folder, as every integration of LlamaIndex is laid out.
NEIGHBOUR = "llama_index/postprocessor/neighbour/__init__.py"
IMPORTS = """
import llama_index, llama_index.core, llama_index_headroom
import llama_index.postprocessor.neighbour
from llama_index.memory.headroom import HeadroomChatMemoryBuffer
from llama_index.postprocessor.headroom import HeadroomPostprocessor
from llama_index.tools.headroom import compress_tool
assert HeadroomPostprocessor is llama_index_headroom.HeadroomPostprocessor
assert llama_index.__file__ is None
print(llama_index_headroom.__file__)
"""


def run(python, *command, **options):
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    return subprocess.run(
        [str(python), *command],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
        env=environment,
        **options,
    ).stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    # --no-isolation: hatchling is here, and there is no network.
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder,
        cwd=PACKAGE)  # fmt: skip
    (built,) = folder.glob("*.whl")
    return built


def test_every_public_name_stands_there_once_and_is_the_same_object():
    names = llama_index_headroom.__all__
    assert names == sorted(set(names))
    shared = set()
    for shim in SHIMS:
        module = importlib.import_module(f"llama_index.{shim}.headroom")
        assert module.__all__ == sorted(set(module.__all__))
        for name in module.__all__:
            assert getattr(module, name) is getattr(llama_index_headroom, name)
        shared.update(module.__all__)
    assert shared == set(names) - {"HeadroomFunctionAgent"}
    for name in names:
        assert getattr(llama_index_headroom, name).__doc__


def test_the_versions_are_equal():
    assert llama_index_headroom.__version__ == headroom.__version__


def test_the_wheel_has_no_init_at_namespace_level(wheel):
    with zipfile.ZipFile(wheel) as archive:
        files = {n for n in archive.namelist() if ".dist-info/" not in n}
    leaves = {f"llama_index/{shim}/headroom/" for shim in SHIMS}
    assert {n for n in files if n.startswith("llama_index/")} == {
        leaf + name for leaf in leaves for name in ("__init__.py", "py.typed")
    }
    source = PACKAGE / "src" / "llama_index_headroom"
    assert {n for n in files if not n.startswith("llama_index/")} == {
        f"llama_index_headroom/{path.name}"
        for path in source.iterdir()
        if path.is_file()
    }
    assert "llama_index_headroom/py.typed" in files


def test_the_wheel_imports_from_both_paths_beside_other_integrations(wheel, tmp_path):
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    neighbour = site / NEIGHBOUR
    neighbour.parent.mkdir(parents=True)
    neighbour.write_text("")
    # A bare environment: only what stands on the path below can be imported.
    venv.create(tmp_path / "bare", with_pip=False, symlinks=os.name != "nt")
    python = tmp_path / "bare" / ("Scripts" if os.name == "nt" else "bin") / "python"
    others = [
        str(Path(llama_index.core.__file__).parents[2]),
        str(Path(headroom.__file__).parents[1]),
    ]
    code = f"import sys; sys.path[:0] = {[str(site), *others]!r}\n{IMPORTS}"
    where = run(python, "-I", "-c", code).strip()
    assert Path(where).is_relative_to(site)


def test_the_editable_install_imports_beside_other_integrations(tmp_path, monkeypatch):
    neighbour = tmp_path / NEIGHBOUR
    neighbour.parent.mkdir(parents=True)
    neighbour.write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("llama_index.postprocessor.neighbour")
    assert module.__file__ == str(neighbour)
    shim = importlib.reload(importlib.import_module("llama_index.memory.headroom"))
    assert shim.HeadroomChatMemoryBuffer is (
        llama_index_headroom.HeadroomChatMemoryBuffer
    )


def test_importing_headroom_loads_no_llama_index():
    code = "import headroom, sys; print([m for m in sys.modules if 'llama' in m])"
    assert run(sys.executable, "-c", code).strip() == "[]"


EXAMPLES = sorted((ROOT / "examples").glob("llama_index_*.py"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_run_and_are_short(example, run_example):
    assert len(example.read_text("utf-8").splitlines()) < 60
    if "MockFunctionCallingLLM" in example.read_text("utf-8"):
        mocks = importlib.import_module("llama_index.core.llms.mock")
        if not hasattr(mocks, "MockFunctionCallingLLM"):
            pytest.skip("this llama-index-core has no MockFunctionCallingLLM")
    assert "tokens" in run_example(example.name)


def test_there_is_an_example_for_each_part():
    parts = [e.stem.rpartition("_")[2] for e in EXAMPLES]
    assert parts == ["agent", "chat", "rows", "rag"]

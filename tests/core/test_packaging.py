"""What is shipped: names, versions, wheels, layers, and an import that costs little."""

import importlib
import inspect
import pkgutil
import re
import runpy
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import headroom
from headroom import _installation, compressors

ROOT = Path(__file__).parents[2]
PACKAGES = {
    "headroom-core": "headroom",
    "langchain-headroom": "langchain_headroom",
    "llama-index-headroom": "llama_index_headroom",
}
CORE = Path(headroom.__file__).parents[1]
HEAVY = "click httpx numpy onnxruntime openai pydantic rank_bm25 rich sentencex "
HEAVY += "sentence_transformers tiktoken tokenizers torch transformers"


def project(distribution):
    text = (ROOT / "packages" / distribution / "pyproject.toml").read_text("utf-8")
    return tomllib.loads(text)["project"]


def run(*command, **options):
    # A child is not under pytest's rules, but under the same interpreter.
    options.setdefault("cwd", ROOT)
    return subprocess.run(
        [sys.executable, *command],
        capture_output=True,
        text=True,
        timeout=120,
        **options,
    )


def modules():
    found = pkgutil.walk_packages(headroom.__path__, "headroom.")
    return ["headroom", *(m.name for m in found if m.name != "headroom.__main__")]


class TestNames:
    def test_every_name_in_all_exists_and_stands_there_once(self):
        for name in modules():
            module = importlib.import_module(name)
            names = getattr(module, "__all__", [])
            assert len(names) == len(set(names)), name
            assert [one for one in names if not hasattr(module, one)] == [], name

    @pytest.mark.parametrize("module", [headroom, compressors])
    def test_public_names_are_sorted(self, module):
        assert module.__all__ == sorted(module.__all__)

    def test_every_public_name_of_headroom_is_in_all(self):
        public = {
            name
            for name, value in vars(headroom).items()
            if not name.startswith("_")
            and name != "TYPE_CHECKING"
            and not inspect.ismodule(value)
        }
        lazy = {*compressors.__all__, "Headroom", "httpx_transport", "verify"}
        lazy |= {"RetrievalTool", "retrieve"}
        assert public | lazy == set(headroom.__all__)

    @pytest.mark.parametrize("name", compressors.__all__)
    def test_a_compressor_is_the_same_through_every_door(self, name):
        assert getattr(headroom, name) is getattr(compressors, name)
        assert getattr(headroom, name).__name__ == name

    @pytest.mark.parametrize("module", [headroom, compressors])
    def test_a_name_that_does_not_exist_is_an_attribute_error(self, module):
        with pytest.raises(AttributeError, match="no attribute 'JSONMaxifier'"):
            _ = module.JSONMaxifier
        assert dir(module) == sorted(module.__all__)

    @pytest.mark.parametrize("name", headroom.__all__)
    def test_every_public_name_is_documented(self, name):
        assert inspect.getdoc(getattr(headroom, name))


class TestVersions:
    def test_all_distributions_have_the_version_of_headroom(self):
        versions = {project(name)["version"] for name in PACKAGES}
        assert versions == {headroom.__version__}

    @pytest.mark.parametrize("name", ["langchain-headroom", "llama-index-headroom"])
    def test_a_released_adapter_asks_for_its_own_core(self, name):
        build = runpy.run_path(str(ROOT / "packages" / "build_distributions.py"))
        text = (ROOT / "packages" / name / "pyproject.toml").read_text("utf-8")
        released = build["release_form"](text, "https://example.com/headroom")
        project = tomllib.loads(released)["project"]
        wanted = f"headroom-core[onnx]=={headroom.__version__}"
        assert wanted in project["dependencies"]
        assert set(project["urls"]) >= {"Source", "Issues", "Documentation"}
        for url in project["urls"].values():
            assert url.startswith("https://example.com/headroom")

    def test_the_makefile_installs_the_core_of_this_version(self):
        text = (ROOT / "Makefile").read_text("utf-8")
        assert f"export HEADROOM_CORE := =={headroom.__version__}\n" in text

    def test_the_changelog_tells_of_the_version(self):
        text = (ROOT / "CHANGELOG.md").read_text("utf-8")
        assert f"## [{headroom.__version__}]" in text


@pytest.mark.parametrize(("distribution", "package"), PACKAGES.items())
def test_a_wheel_holds_the_package_its_types_and_the_licence(
    distribution, package, tmp_path
):
    pytest.importorskip("hatchling")
    folder = ROOT / "packages" / distribution
    done = run("-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path, cwd=folder)
    assert done.returncode == 0, done.stderr
    [wheel] = tmp_path.glob("*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    sources = {
        path.relative_to(folder / "src").as_posix()
        for path in (folder / "src").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    info = f"{distribution.replace('-', '_')}-{headroom.__version__}.dist-info"
    assert f"{package}/py.typed" in sources
    assert {name for name in inside if not name.startswith(info)} == sources
    assert f"{info}/licenses/LICENSE" in inside


def test_every_distribution_has_the_licence_of_the_repository():
    licence = (ROOT / "LICENSE").read_bytes()
    for distribution in PACKAGES:
        assert (ROOT / "packages" / distribution / "LICENSE").read_bytes() == licence


class TestMixedInstallation:
    def test_ours_is_what_lies_in_our_folder(self):
        folder = Path(_installation.__file__).parent
        assert {path.name for path in folder.iterdir()} | {"__pycache__"} == (
            _installation.OURS
        )

    @pytest.mark.parametrize("foreign", ["ccr.py", "transforms/__init__.py", "_x.so"])
    def test_a_foreign_file_beside_ours_says_what_to_uninstall(self, foreign, tmp_path):
        copy = tmp_path / "headroom"
        shutil.copytree(Path(headroom.__file__).parent, copy)
        (copy / foreign).parent.mkdir(exist_ok=True)
        (copy / foreign).touch()
        done = run("-c", "import headroom", env={"PYTHONPATH": str(tmp_path)})
        assert "ImportError" in done.stderr
        assert foreign.split("/")[0] in done.stderr
        assert "pip uninstall" in done.stderr

    @pytest.mark.parametrize("adapter", ["langchain_headroom", "llama_index_headroom"])
    @pytest.mark.parametrize("files", [["__init__.py", "ccr.py"], []])
    def test_an_adapter_notices_a_foreign_core(self, adapter, files, tmp_path):
        pytest.importorskip(adapter)
        # Installed after ours, theirs wins; uninstalled, it leaves an empty folder.
        (tmp_path / "headroom").mkdir()
        for name in files:
            (tmp_path / "headroom" / name).touch()
        code = f"import sys; sys.path[:0] = {[str(tmp_path)]}; import {adapter}"
        # A namespace package gives way to any other, so ours must not be on the path.
        hide = f"sys.path = [p for p in sys.path if p != {str(CORE)!r}]; "
        done = run("-c", code.replace("import sys; ", "import sys; " + hide))
        assert "is not headroom-core" in done.stderr, done.stderr
        assert "pip uninstall" in done.stderr

    def test_a_copy_without_foreign_files_imports(self, tmp_path):
        shutil.copytree(Path(headroom.__file__).parent, tmp_path / "headroom")
        code = "import headroom; print(headroom.__file__)"
        done = run("-c", code, env={"PYTHONPATH": str(tmp_path)})
        assert Path(done.stdout.strip()).is_relative_to(tmp_path), done.stderr


class TestImport:
    def test_it_loads_nothing_heavy(self):
        code = f"import headroom, sys; print(set(sys.modules) & set('{HEAVY}'.split()))"
        assert run("-c", code).stdout.strip() == "set()"

    @pytest.mark.parametrize(
        ("statement", "absent"),
        [
            ("import headroom", "tool_outputs documents conversations scorers"),
            ("from headroom import JSONMinifier", "documents conversations scorers"),
        ],
    )
    def test_it_loads_only_what_is_asked_for(self, statement, absent):
        code = f"{statement}; import sys; print(*sys.modules)"
        loaded = run("-c", code).stdout.split()
        assert not {f"headroom.{name}" for name in absent.split()} & set(loaded)

    def test_it_opens_no_socket_and_writes_no_file(self, tmp_path):
        code = (
            "import sys\n"
            "def look(event, arguments):\n"
            "    if event.startswith('socket.'):\n"
            "        print(event)\n"
            "    if event == 'open' and set(str(arguments[1])) & set('wax+'):\n"
            "        print(event, arguments)\n"
            "sys.addaudithook(look)\n"
            "sys.dont_write_bytecode = True\n"
            "import headroom\n"
        )
        done = run("-c", code, cwd=tmp_path)
        assert (done.stdout, done.stderr) == ("", "")

    @pytest.mark.parametrize("missing", ["click", "rich"])
    def test_the_command_without_its_extra_gives_the_pip_line(self, missing):
        code = (
            f"import sys; sys.modules['{missing}'] = None\n"
            "from headroom.__main__ import main; main()"
        )
        done = run("-c", code)
        assert done.returncode == 1
        assert 'pip install "headroom-core[cli]"' in done.stderr
        assert "Traceback" not in done.stderr


class TestTools:
    def test_imports_point_one_way(self):
        pytest.importorskip("importlinter")
        code = "import sys; from importlinter.cli import lint_imports; "
        done = run("-c", code + "sys.exit(lint_imports(no_cache=True))")
        assert done.returncode == 0, done.stdout


def test_no_test_file_imports_another():
    for path in (ROOT / "tests").rglob("test_*.py"):
        text = path.read_text("utf-8")
        assert not re.search(r"^\s*from (?:\.|tests?[_.])", text, re.MULTILINE), path

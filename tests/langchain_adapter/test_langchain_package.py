"""What is imported when, by which names, and what is said where an extra is missing."""

import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

import headroom
import langchain_headroom

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "packages" / "langchain-headroom"


def run(code):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120
    )


class TestNames:
    def test_public_names_are_sorted_and_exist(self):
        assert langchain_headroom.__all__ == sorted(langchain_headroom.__all__)
        assert dir(langchain_headroom) == langchain_headroom.__all__
        for name in langchain_headroom.__all__:
            assert getattr(langchain_headroom, name).__doc__

    def test_a_name_that_does_not_exist_is_an_attribute_error(self):
        with pytest.raises(AttributeError, match="no attribute 'HeadroomNothing'"):
            _ = langchain_headroom.HeadroomNothing

    @pytest.mark.parametrize(
        "module",
        sorted(p.stem for p in (PACKAGE / "src/langchain_headroom").glob("[a-z]*.py")),
    )
    def test_every_module_names_what_it_offers(self, module):
        loaded = import_module(f"langchain_headroom.{module}")
        assert loaded.__doc__
        for name in loaded.__all__:
            assert hasattr(loaded, name)

    def test_versions_are_one(self):
        project = tomllib.loads((PACKAGE / "pyproject.toml").read_text("utf-8"))
        assert langchain_headroom.__version__ == headroom.__version__
        assert project["project"]["version"] == headroom.__version__

    def test_types_are_shipped(self):
        assert (PACKAGE / "src/langchain_headroom/py.typed").exists()


class TestImport:
    def test_the_package_loads_no_framework(self):
        code = (
            "import langchain_headroom, sys; print({m.split('.')[0] for m in "
            "sys.modules} & {'langchain', 'langchain_classic', 'langchain_core', "
            "'langgraph', 'torch', 'pydantic', 'tiktoken', 'numpy'})"
        )
        done = run(code)
        assert done.stdout.strip() == "set()", done.stderr

    def test_everything_is_what_is_installed_and_loads_no_extra(self):
        code = (
            "import importlib.util as util, sys\n"
            "find = util.find_spec\n"
            "extras = ('langchain', 'langchain_classic')\n"
            "util.find_spec = lambda m, *a: None if m in extras else find(m, *a)\n"
            "from langchain_headroom import *\n"
            "assert callable(wrap_tool) and callable(headroom_summarizer)\n"
            "assert 'HeadroomChatMemory' not in dir()\n"
            "print({m.split('.')[0] for m in sys.modules} & "
            "{'langchain', 'langchain_classic', 'langgraph', 'torch'})"
        )
        done = run(code)
        assert done.stdout.strip() == "set()", done.stderr

    @pytest.mark.parametrize(
        ("missing", "name", "extra"),
        [
            ("langchain", "HeadroomContextMiddleware", "agents"),
            ("langchain", "HeadroomToolOutputMiddleware", "agents"),
            ("langchain_classic", "HeadroomChatMemory", "classic"),
        ],
    )
    def test_a_missing_extra_raises_with_its_pip_line(self, missing, name, extra):
        code = (
            "import importlib.util as util, sys\n"
            "find = util.find_spec\n"
            f"missing = {missing!r}\n"
            "util.find_spec = lambda m, *a: None if m == missing else find(m, *a)\n"
            f"from langchain_headroom import {name}"
        )
        done = run(code)
        assert done.returncode == 1
        assert f'pip install "langchain-headroom[{extra}]"' in done.stderr

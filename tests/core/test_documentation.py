"""What the documentation names is there; `make docs` checks its links."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORE = ROOT / "packages" / "headroom-core" / "src" / "headroom"
SECTIONS = {
    "Tool outputs": ["tool_outputs"],
    "Originals": ["originals"],
    "Messages": ["messages"],
    "Documents": ["documents", "scorers"],
    "Conversations": ["conversations"],
    "Requests": ["payloads"],
    "Verification": ["verification"],
    "The command": ["cli"],
}


@pytest.mark.parametrize("title", SECTIONS)
def test_every_module_that_the_architecture_names_is_there(title):
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    _, section = re.split(rf"^## {title}.*$", page, flags=re.MULTILINE)
    section = section.partition("\n## ")[0]
    named = re.findall(r"`([a-z_]+(?:\.[a-z_]+)?)`", section)
    folders = [CORE / folder for folder in SECTIONS[title]]
    files = [file for folder in folders for file in folder.rglob("*.py")]
    there = {file.stem for file in files} | {file.parent.name for file in files}
    assert len(named) > 5
    assert {name.rpartition(".")[2] for name in named} <= there


def test_every_example_is_on_the_page_of_examples():
    page = (ROOT / "docs" / "examples.md").read_text("utf-8")
    for example in (ROOT / "examples").glob("*.py"):
        assert f"(../examples/{example.name})" in page


def test_every_relative_link_leads_somewhere():
    """On GitHub; `make docs` looks at the site, anchors included."""
    for page in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")):
        text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
        for link in re.findall(r"\]\(([^)\s#]+)(?:#[^)]*)?\)", text):
            if "://" not in link:
                assert (page.parent / link).exists(), f"{page.name}: {link}"

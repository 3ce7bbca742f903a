"""Build the documentation site into build/site, strictly and without network.

The site mirrors the repository, so that a relative link that works in a checkout
works on the site as well. Zensical checks links between pages, footnotes and names
of the API; what it leaves open is checked here.
"""

import re
import shutil
import subprocess
import sys
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

REPOSITORY = Path(__file__).resolve().parents[1]
PAGES = REPOSITORY / "build" / "docs"
SITE = REPOSITORY / "build" / "site"
PUBLISHED = (
    "*.md",
    "docs/**/*.md",
    "docs/**/*.svg",
    "examples/*.py",
    "benchmarks/**/*.md",
    "benchmarks/**/*.py",
    "benchmarks/**/*.svg",
)
_COLOUR = re.compile(r"\x1b\[[\d;]*m")
_PROGRAM_LINK = re.compile(r"(\]\((?!\w+:)[^)#\s]+\.py)\)")


def main() -> None:
    """Build the site; exit with what is wrong, if anything is."""
    for folder in (PAGES, SITE):
        shutil.rmtree(folder, ignore_errors=True)
    stage()
    if problems := nav_problems():
        sys.exit("\n".join(problems))
    command = [sys.executable, "-m", "zensical", "build", "--clean", "--strict"]
    built = subprocess.run(
        command,
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    if built.returncode:
        sys.exit(_COLOUR.sub("", built.stdout) + "The site was not built.")
    if problems := page_problems():
        sys.exit("\n".join(problems))
    print(f"{(SITE / 'index.html').relative_to(REPOSITORY)} is built")


def stage() -> None:
    """Copy what the site shows into PAGES; programs become pages of their own."""
    for pattern in PUBLISHED:
        for source in sorted(REPOSITORY.glob(pattern)):
            target = PAGES / source.relative_to(REPOSITORY)
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.suffix == ".svg":
                shutil.copyfile(source, target)
                continue
            text = source.read_text("utf-8")
            if source.suffix == ".py":
                target = target.with_name(f"{source.name}.md")
                text = f"# {source.name}\n\n```python\n{text}```\n"
            else:
                text = _PROGRAM_LINK.sub(r"\1.md)", text)
            target.write_text(text, "utf-8")


def nav_problems() -> list[str]:
    """Return what the navigation names in vain, and the pages of docs/ it forgets."""
    with (REPOSITORY / "zensical.toml").open("rb") as file:
        named = set(_targets(tomllib.load(file)["project"]["nav"]))
    pages = {page.relative_to(PAGES).as_posix() for page in PAGES.glob("docs/**/*.md")}
    gone = [
        f"zensical.toml: nav names {name}, which is not there"
        for name in sorted(named)
        if not (PAGES / name).is_file()
    ]
    return gone + [f"zensical.toml: nav lacks {page}" for page in sorted(pages - named)]


def _targets(nav: object) -> list[str]:
    """Return all paths in a navigation."""
    if isinstance(nav, str):
        return [nav]
    entries = nav.values() if isinstance(nav, dict) else nav
    return [target for entry in entries for target in _targets(entry)]


class Page(HTMLParser):
    """What a page links to, what it loads, and where one can link to in it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.anchors = {"", "__top"}
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note links, loads and anchors of one tag."""
        values = {name: value for name, value in attrs if value}
        self.anchors |= {values[key] for key in ("id", "name") if key in values}
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        elif tag == "link" and values.get("rel") not in ("canonical", "prev", "next"):
            self.loads.append(values.get("href", ""))
        elif "src" in values:
            self.loads.append(values["src"])


def page_problems() -> list[str]:
    """Return links to nowhere, and what a page would load from another host."""
    pages = {path: Page(path) for path in sorted(SITE.rglob("*.html"))}
    problems = []
    for path, page in pages.items():
        if path.name == "404.html":  # its links begin at the site's root
            continue
        where = path.relative_to(SITE).as_posix()
        for address in page.links + page.loads:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                if address in page.loads and parts.scheme != "data":
                    problems.append(f"{where} loads {address}")
                continue
            target = (
                (path.parent / unquote(parts.path)).resolve() if parts.path else path
            )
            if target.is_dir():
                target /= "index.html"
            anchors = pages[target].anchors if target in pages else {""}
            if not target.is_file() or unquote(parts.fragment) not in anchors:
                problems.append(f"{where} links to {address}, which is not there")
    return problems


if __name__ == "__main__":
    main()

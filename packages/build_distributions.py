"""Build the sdist and wheel of each distribution and try them: `make dist`.

    python packages/build_distributions.py [--repository URL] [--out build/dist]

The distributions are built from a copy of packages/, in which URL stands for the
repository's address and the adapters ask for this version of headroom-core instead of
the folder beside them. Then the wheels are installed into an
empty environment and used once, and the sdists in their place.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

PACKAGES = Path(__file__).parent
PLACEHOLDER = "https://repository.invalid/headroom"
HOOK = re.compile(
    r"\[tool\.hatch\.metadata\.hooks\.custom\]\npath.*\n(dependencies = \[)(.*\])\n"
)
TRIAL = """
import json
from headroom import JSONMinifier, RAGContext, SemanticCompressor
from langchain_headroom import HeadroomDocumentCompressor, wrap_tool
from llama_index.postprocessor.headroom import HeadroomPostprocessor

rows = [{"id": n, "state": "open"} for n in range(20)]
text = JSONMinifier().compress(rows)
assert JSONMinifier.decode(text) == rows and len(text) < len(json.dumps(rows)) / 2
page = "The fee is 40 euros. Lunch is at noon. The room is blue."
assert SemanticCompressor().compress(RAGContext("How high is the fee?", [page]))
assert HeadroomDocumentCompressor() and HeadroomPostprocessor()
"""


def run(*command: str | Path, at: Path | None = None) -> None:
    """Run a command in the folder `at`; stop where it fails."""
    if subprocess.run(command, cwd=at, check=False).returncode:
        sys.exit(f"failed: {' '.join(map(str, command))}")


def release_form(text: str, repository: str) -> str:
    """Give the pyproject.toml of a release for that of a clone."""
    version = tomllib.loads(text)["project"]["version"]
    if hook := HOOK.search(text):
        dependencies = f'{hook[1]}"headroom-core[onnx]=={version}", {hook[2]}'
        text = HOOK.sub("", text).replace('dynamic = ["dependencies"]', dependencies)
    return text.replace(PLACEHOLDER, repository)


def main() -> None:
    """Build, install, try."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repository", default=PLACEHOLDER)
    parser.add_argument("--out", type=Path, default=PACKAGES.parent / "build" / "dist")
    options = parser.parse_args()
    out = options.out.resolve()
    shutil.rmtree(out, ignore_errors=True)
    for project in sorted(PACKAGES.glob("*/pyproject.toml")):
        folder = out / "source" / project.parent.name
        ignored = shutil.ignore_patterns("__pycache__", ".*", "dist")
        shutil.copytree(project.parent, folder, ignore=ignored)
        text = project.read_text("utf-8")
        (folder / "pyproject.toml").write_text(
            release_form(text, options.repository), "utf-8"
        )
        readme = folder / "README.md"
        links = readme.read_text("utf-8").replace(
            "](../../", f"]({options.repository}/blob/main/"
        )
        readme.write_text(links, "utf-8")
        run(sys.executable, "-m", "hatchling", "build", "-d", out, at=folder)
    if options.repository == PLACEHOLDER:
        print(f"The project URLs are {PLACEHOLDER}: make dist REPOSITORY=https://…")
    wheels, sdists = sorted(out.glob("*.whl")), sorted(out.glob("*.tar.gz"))
    venv.create(out / "trial", with_pip=True)
    windows = sys.platform == "win32"
    python = out / "trial" / ("Scripts/python.exe" if windows else "bin/python")
    # pip's cache knows a local file by its name: it would try the last run's.
    again = ("--force-reinstall", "--no-deps", "--no-cache-dir")
    for arguments in (wheels, (*again, *sdists)):
        run(python, "-m", "pip", "install", "--quiet", "--no-compile", *arguments)
        run(python, "-c", TRIAL)
    for built in (*wheels, *sdists):
        print(f"{built.stat().st_size / 1e6:6.2f} MB  {built.name}")


if __name__ == "__main__":
    main()

"""Notice when another distribution's `headroom` package lies in our folder."""

from pathlib import Path

# What headroom-core puts into its folder; a test keeps this true.
OURS = frozenset(
    {
        "__init__.py",
        "__main__.py",
        "__pycache__",
        "_installation.py",
        "arguments.py",
        "cli",
        "compressors.py",
        "conversations",
        "documents",
        "errors.py",
        "fields.py",
        "messages",
        "originals",
        "payloads",
        "py.typed",
        "scorers",
        "threads.py",
        "tokens.py",
        "tool_outputs",
        "types.py",
        "verification",
    }
)


def refuse_foreign_files(folder: Path = Path(__file__).parent) -> None:
    """Do nothing if `folder` holds only our files.

    Two unrelated distributions on the package index, `headroom-ai` and
    `headroom`, install a package of the same name; pip mixes the files without
    a word, and what then runs is neither.

    Raises:
        ImportError: If a foreign module lies beside ours; the text says what to
            uninstall.
    """
    foreign = sorted(
        entry.name
        for entry in folder.iterdir()
        if entry.name not in OURS
        and (entry.suffix in {".py", ".so", ".pyd"} or entry.is_dir())
    )
    if foreign:
        msg = (
            f"{folder} mixes headroom-core with files of another distribution "
            f"({', '.join(foreign[:5])}). Run: pip uninstall -y headroom headroom-ai "
            "headroom-core, then install headroom-core again (from a clone: pip "
            "install ./packages/headroom-core)"
        )
        raise ImportError(msg)

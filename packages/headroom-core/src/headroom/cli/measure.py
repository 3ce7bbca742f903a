"""How many tokens payload files cost, plain in three ways and minified."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import fmean

from headroom.cli.wording import in_options
from headroom.compressors import JSONMinifier, ToolOutputCompressor
from headroom.errors import HeadroomError
from headroom.tokens import default_counter
from headroom.tool_outputs.reading import Embedded, read
from headroom.types import Dropped
from headroom.verification.cases import parsed
from headroom.verification.questions import leaves as each_leaf

__all__ = [
    "BASELINES",
    "Bench",
    "Payload",
    "is_ours",
    "measure",
    "payload_files",
]

# What the same payload costs when nobody minifies it: as many MCP servers print
# it, as a Python tool does without thinking, and as it comes over the wire.
BASELINES = ("indent=2", "json.dumps", "compact")
_JSON = frozenset({".json", ".jsonl", ".ndjson"})
_SUFFIXES = _JSON | {".txt"}
_TEXTS = frozenset(
    {".csv", ".diff", ".html", ".log", ".patch", ".tsv", ".xml", ".yaml", ".yml"}
)


@dataclass(frozen=True)
class Payload:
    """One measured file.

    Attributes:
        name: The file, as short as its folder allows.
        before: Tokens of the three baselines, in the order of BASELINES.
        after: Tokens of the minified text.
        leaves: Values in the payload that are neither objects nor lists.
        dropped: What the minifier dropped.
        broken: Why the file could not be measured, or None; then all else is 0.
        skipped: Why the text was left as it is, or None.
        kind: The kind of tool output: `"json"`, `"log"`, `"table"`, …
    """

    name: str
    before: tuple[int, ...] = (0,) * len(BASELINES)
    after: int = 0
    leaves: int = 0
    dropped: tuple[Dropped, ...] = ()
    broken: str | None = None
    skipped: str | None = None
    kind: str = ""

    @property
    def saved(self) -> tuple[float, ...]:
        """Shares of tokens saved against the baselines, at most 1; 0 if broken."""
        return tuple(1 - self.after / n if n else 0.0 for n in self.before)

    @cached_property
    def dropped_leaves(self) -> int:
        """How many leaves went."""
        return sum(one.count for one in self.dropped)


@dataclass(frozen=True)
class Bench:
    """All files of one run.

    Attributes:
        payloads: Every file, in the order given; the broken ones too.
        estimated: True if tokens are estimates, not counts.
        price: Money per million input tokens, or None.
    """

    payloads: tuple[Payload, ...]
    estimated: bool
    price: float | None = None

    @cached_property
    def measured(self) -> tuple[Payload, ...]:
        """The files that could be read."""
        return tuple(one for one in self.payloads if one.broken is None)

    @cached_property
    def broken(self) -> tuple[Payload, ...]:
        """The files that could not."""
        return tuple(one for one in self.payloads if one.broken is not None)

    @cached_property
    def total(self) -> Payload:
        """The sum of the measured files; its name says how many there are."""
        files = self.measured
        return Payload(
            name=f"total ({len(files)})",
            before=tuple(map(sum, zip(*(one.before for one in files), strict=True)))
            or Payload.before,
            after=sum(one.after for one in files),
            leaves=sum(one.leaves for one in files),
            dropped=tuple(drop for one in files for drop in one.dropped),
        )

    @cached_property
    def mean_saved(self) -> tuple[float, ...]:
        """The mean of the files' savings, where every file counts the same."""
        saved = [one.saved for one in self.measured] or [self.total.saved]
        return tuple(map(fmean, zip(*saved, strict=True)))

    def per_thousand(self, tokens: float) -> float:
        """Return what 1,000 calls with `tokens` input tokens cost at the price."""
        return tokens * 1000 / 1e6 * (self.price or 0.0)


def payload_files(
    paths: tuple[str, ...], *, texts: bool = False
) -> list[tuple[str, Path]]:
    """Return the files to measure, each with the name to show for it.

    A folder stands for the .json, .jsonl, .ndjson and .txt files in it and below, by
    name; with `texts` for .log, .csv and the like too. Hidden files and those of
    `tune` and `verify` are left out. A file is taken whatever its name, and one that
    is missing too: measuring says so.
    """
    suffixes = _SUFFIXES | _TEXTS if texts else _SUFFIXES
    found: dict[Path, str] = {}
    for given in map(Path, paths):
        if not given.is_dir():
            found.setdefault(given, given.name)
            continue
        for path in sorted(given.rglob("*")):
            inside = path.relative_to(given)
            hidden = any(part.startswith(".") for part in inside.parts)
            if not path.is_file() or hidden or path.suffix.lower() not in suffixes:
                continue
            if not is_ours(path):
                found.setdefault(path, inside.as_posix())
    return [(name, path) for path, name in found.items()]


def is_ours(path: Path) -> bool:
    """Tell whether a file has questions, expected values or answers of our commands.

    Its first line says so: an object with "answers" and what they are about, or a
    line of the log of `verify`.
    """
    if path.suffix.lower() != ".jsonl":
        return False
    try:
        with path.open(encoding="utf-8-sig") as file:
            row = json.loads(next(filter(str.strip, file), ""))
    except (OSError, ValueError):
        return False  # whoever reads it says what is wrong
    if not isinstance(row, dict):
        return False
    has_answers = not {"answers", "answer"}.isdisjoint(row)
    about = not {"query", "payload", "question"}.isdisjoint(row)
    return (has_answers and about) or row.get("headroom") == "verify"


def measure(name: str, path: Path, minifier: JSONMinifier) -> Payload:
    """Measure one file; whatever is wrong with it is in `broken`."""
    counter = default_counter()
    try:
        data = path.read_bytes()
        account = ToolOutputCompressor(minifier=minifier).explain(data)
        text = data.decode(json.detect_encoding(data), "surrogatepass")
        plain = text.removeprefix("\ufeff")
        if not plain.strip():
            return Payload(name, broken="empty text")
        try:
            value = parsed(plain)
        except (ValueError, RecursionError):
            if path.suffix.lower() in _JSON:
                reason = minifier.explain(data).skipped
                if reason:
                    return Payload(name, broken=in_options(reason))
            # Prose, or JSON inside it: its only plain form is itself.
            before = (counter(plain),) * len(BASELINES)
            parts = read(plain, exact_numbers=False).parts
            values = [part.value for part in parts if isinstance(part, Embedded)]
            leaves = sum(1 for _ in each_leaf(values))
        else:
            before = (
                counter(json.dumps(value, ensure_ascii=False, indent=2)),
                counter(json.dumps(value)),
                counter(json.dumps(value, ensure_ascii=False, separators=(",", ":"))),
            )
            leaves = sum(1 for _ in each_leaf(value))
        return Payload(
            name,
            before=before,
            after=counter(account.content),
            leaves=leaves,
            dropped=account.dropped,
            skipped=account.skipped,
            kind=account.kind,
        )
    except OSError as error:
        return Payload(name, broken=error.strerror or str(error))
    except HeadroomError as error:
        return Payload(name, broken=in_options(str(error)))
    except UnicodeDecodeError:
        return Payload(name, broken="bytes that are not text")
    except RecursionError:
        return Payload(name, broken="nested too deeply for json.dumps to compare")

"""Tool outputs: every payload of a folder, written in every way."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import json_methods
import processes
import request_methods
from processes import HEADROOM_AI, HERE_PYTHON, Method, Run

from headroom.cli.expected import Expected, read_expected
from headroom.cli.measure import payload_files
from headroom.tokens import default_counter
from headroom.verification.matching import folded, holds
from headroom.verification.questions import found

METHODS = (
    *(
        Method(name, "json_methods", ours=name.startswith("Headroom"))
        for name in json_methods.METHODS
    ),
    *(
        Method(
            name,
            "request_methods",
            python=HEADROOM_AI if name.startswith("headroom-ai") else HERE_PYTHON,
        )
        for name in request_methods.METHODS
    ),
)
REFERENCE = "compact JSON"
# Values that are searched in the text, at most, spread over each payload.
_SAMPLE = 100


class Payload:
    """One payload, its leaves, and what is expected of it."""

    def __init__(self, name: str, text: str, expected: Sequence[Expected]) -> None:
        self.name = name
        self.text = text
        try:
            self.value = json_methods.read(text)
        except ValueError:
            self.value = None
        self.is_json = self.value is not None
        self.leaves = Counter(_leaves(self.value)) if self.is_json else Counter()
        self.facts = [fact for fact in map(self._fact, expected) if fact]
        self.unique = self._unique()

    def _fact(self, one: Expected) -> tuple[Any, str] | None:
        """Return a fact as a leaf and as text; None where it has no place."""
        if not self.is_json or one.path is None:
            return None
        there, value = found(self.value, one.path)
        if not there or isinstance(value, dict | list):
            return None
        steps = tuple("*" if isinstance(step, int) else step for step in one.path)
        return (steps, type(value).__name__, str(value)), _spelling(value)

    def _unique(self) -> list[str]:
        """Return the spellings of some leaves that occur once, evenly spread."""
        if not self.is_json:
            return []
        text = json.dumps(self.value, ensure_ascii=False)
        values = [
            spelling
            for _, kind, spelling in self.leaves
            if kind in ("str", "int", "float") and len(spelling) >= 3
        ]
        step = max(1, len(values) // (2 * _SAMPLE))
        once = [one for one in values[::step] if text.count(_escaped(one)) == 1]
        return once[:_SAMPLE]


def load(folder: Path) -> list[Payload]:
    """Return the payloads of DATA/json/payloads, DATA/payloads, or of DATA itself.

    DATA itself is taken where it has neither and no rag or chat. Facts come from
    facts.jsonl beside the payloads' folder or expected.jsonl in it.
    """
    places = [folder / "json" / "payloads", folder / "payloads"]
    if not any((folder / name).is_dir() for name in ("json", "rag", "chat")):
        places.append(folder)
    place = next((one for one in places if one.is_dir()), None)
    if place is None:
        return []
    expected: dict[str, list[Expected]] = defaultdict(list)
    for file in (place.parent / "facts.jsonl", place / "expected.jsonl"):
        for one in read_expected(file, "payload") if file.exists() else ():
            expected[one.payload].append(one)
    payloads = []
    for name, path in payload_files((str(place),)):
        if name == "expected.jsonl":
            continue
        # What is no UTF-8 is measured as text, as `headroom bench` calls it broken.
        text = path.read_text(encoding="utf-8-sig", errors="replace")
        short = name.rpartition(".")[0]
        payloads.append(Payload(name, text, [*expected[name], *expected[short]]))
    return payloads


def compare(
    payloads: Sequence[Payload], methods: Sequence[Method], step: Callable[[str], None]
) -> list[dict[str, Any]]:
    """Return a row of figures per method, shares in [0, 1]."""
    tasks = [{"text": one.text} for one in payloads]
    count = default_counter()

    def figures(one: Run, runs: dict[str, Run]) -> list[dict[str, Any]]:
        reference = runs[REFERENCE]
        plain = [count(out["text"]) for out in reference.outs]
        return [_figures(one, reference, payloads, plain, count)]

    return processes.compare(methods, tasks, step, figures)


def _figures(
    one: Run,
    reference: Run,
    payloads: Sequence[Payload],
    plain: Sequence[int],
    count: Callable[[str], int],
) -> dict[str, Any]:
    """Return the figures of one method."""
    total: Counter[str] = Counter()
    for payload, out, before in zip(payloads, one.outs, plain, strict=True):
        # What fails is sent as it is, and counted as a failure.
        text = payload.text if out is None else out["text"]
        tokens = before if out is None else count(text)
        total["tokens"] += tokens
        total["before"] += before
        total["worse"] += tokens > before
        low = folded(text)
        total["unique"] += len(payload.unique)
        total["unique_found"] += sum(
            _escaped(u) in text or u in text for u in payload.unique
        )
        total["facts"] += len(payload.facts)
        total["facts_found"] += sum(holds(low, said) for _, said in payload.facts)
        if not payload.is_json:
            continue
        # Without values of its own, only an unchanged text holds what it held.
        unread = out is None or out["decoded"] is None
        same = unread and not (out or {}).get("unreadable")
        total["unreadable"] += unread and not same
        decoded = None if unread else out["decoded"]
        there = payload.leaves if same else Counter(_leaves(decoded))
        total["leaves"] += payload.leaves.total()
        total["leaves_kept"] += (there & payload.leaves).total()
        total["facts_kept"] += sum(leaf in there for leaf, _ in payload.facts)
    return {
        "of_reference": total["tokens"] / total["before"],
        "facts": total["facts"],
        "facts_kept": _share(total["facts_kept"], total["facts"]),
        "facts_found": _share(total["facts_found"], total["facts"]),
        "leaves": total["leaves"],
        "leaves_kept": _share(total["leaves_kept"], total["leaves"]),
        "unique": total["unique"],
        "unique_found": _share(total["unique_found"], total["unique"]),
        "worse": total["worse"],
        "unreadable": total["unreadable"],
        "cpu": sum(one.cpu) / sum(reference.cpu),
    }


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _leaves(value: Any) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Yield each leaf as its path without indices, its type and its spelling.

    Without indices, since a method that leaves rows out moves the others.
    """
    waiting: list[tuple[tuple[str, ...], Any]] = [((), value)]
    while waiting:
        path, one = waiting.pop()
        if isinstance(one, dict) and one:
            waiting += [((*path, key), inner) for key, inner in one.items()]
        elif isinstance(one, list) and one:
            waiting += [((*path, "*"), inner) for inner in one]
        else:
            yield path, type(one).__name__, str(one)


def _spelling(value: Any) -> str:
    return folded(value if isinstance(value, str) else json.dumps(value))


def _escaped(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]

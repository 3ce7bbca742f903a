"""Questions made from a payload: their answers need no judgement.

Each is checked: its answer is the same in the payload and in the decoded text, or the
value was dropped and the question says so.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Any

from headroom.compressors import JSONMinifier
from headroom.tool_outputs.table import MAGIC
from headroom.tool_outputs.table.tracing import DEVICES, Traced, trace_table
from headroom.verification.matching import folded, holds

__all__ = ["OWN", "Question", "found", "leaves", "made_questions", "spelling"]

Path = tuple[str | int, ...]

# The kind of a question that nobody made from the data.
OWN = "own question"
_KINDS = ("look-up", "count", "position", "null", "keys")
_ORDER = (*DEVICES, "absent", "dropped")
# Longer values are texts, which a reader may rightly shorten.
_LONGEST_ANSWER = 80
_LONGEST_KEY = 40
# A careful person still counts so many rows.
_MOST_COUNTED = 20
_MOST_KEYS = 8
# A path through more lists than this needs reading twice.
_MOST_LISTS = 2


@dataclass(frozen=True)
class Question:
    """A question that can be answered from the plain and from the compressed text.

    Attributes:
        text: The question.
        answers: Spellings of the right answer; one is enough.
        kind: "look-up", "position", "count", "null" or "keys" for a made question.
        device: How the compressed text writes the answer: one of the table format's
            devices, "absent" for a key that is not there, "dropped" for a value that
            only the plain text has; "" if that is unknown.
        path: Keys and indices that lead to the value in the payload, if it is one.
        plain_span: `[start, end)` characters of the value in the plain text, if known.
        compressed_span: Likewise in the compressed text.
    """

    text: str
    answers: tuple[str, ...]
    kind: str = OWN
    device: str = ""
    path: Path | None = None
    plain_span: tuple[int, int] | None = None
    compressed_span: tuple[int, int] | None = None

    @property
    def counts(self) -> bool:
        """Whether the answer decides about accuracy.

        A made question for a value that the compressor dropped on purpose doesn't:
        the right answer to it is that the text does not say.
        """
        return self.kind == OWN or self.device != "dropped"


def made_questions(
    value: Any, compressed: str, most: int = 12, seed: int = 0
) -> tuple[Question, ...]:
    """Return questions on a payload, balanced over devices and kinds.

    Args:
        value: The payload, as `json.loads` reads it.
        compressed: What `JSONMinifier.compress` made of it.
        most: How many questions to make; fewer where the payload has no more.
        seed: The same seed and payload give the same questions.

    Raises:
        DecodeError: If `compressed` is no text of JSONMinifier.
    """
    return _Maker(value, compressed, Random(seed)).questions(most)


def found(value: Any, path: Path) -> tuple[bool, Any]:
    """Return whether a path leads somewhere in a JSON value, and what is there."""
    for step in path:
        if isinstance(value, Mapping):
            if step not in value:
                return False, None
            value = value[step]
        elif isinstance(value, list) and isinstance(step, int):
            if not 0 <= step < len(value):
                return False, None
            value = value[step]
        else:
            return False, None
    return True, value


class _Maker:
    """The questions of one payload."""

    def __init__(self, value: Any, compressed: str, random: Random) -> None:
        self.value = value
        self.random = random
        self.back = JSONMinifier.decode(compressed)
        is_table = compressed.startswith(MAGIC)
        self.trace = trace_table(compressed) if is_table else self.back
        if isinstance(value, list) and not isinstance(self.back, list):
            self.back, self.trace = [self.back], [self.trace]  # one JSON line
        self.keys: dict[Path, list[str]] = {}
        self.makers: dict[str, Callable[[Path], Question | None]] = {
            "look-up": self._look_up,
            "count": self._count,
            "position": self._position,
            "null": self._null,
            "keys": self._keys,
        }

    def questions(self, most: int) -> tuple[Question, ...]:
        columns = self._columns()
        made: dict[str, Question] = {}
        # Each device has its own turn of the kinds, each kind of the columns.
        turns = {device: count(i) for i, device in enumerate(columns)}
        waiting = list(columns)
        while waiting and len(made) < most:
            for device in tuple(waiting):
                turn = next(turns[device])
                kinds = [_KINDS[(turn + i) % len(_KINDS)] for i in range(len(_KINDS))]
                question = self._next(device, columns[device], kinds, made)
                if question is None:
                    waiting.remove(device)
                else:
                    made[question.text] = question
                if len(made) == most:
                    break
        return tuple(made.values())

    def _columns(self) -> dict[str, list[list[Path]]]:
        """Return for each device its columns, each the paths of its values."""
        groups: dict[str, dict[Path, list[Path]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for path, _ in leaves(self.value):
            if sum(type(step) is int for step in path) > _MOST_LISTS or not _sayable(
                path
            ):
                continue
            column = tuple("*" if type(step) is int else step for step in path)
            groups[self._device(path)][column].append(path)
        for path in self._absent():
            groups["absent"][(*path[:-2], path[-1])].append(path)
        columns = {
            device: list(groups[device].values())
            for device in _ORDER
            if device in groups
        }
        for each in columns.values():
            self.random.shuffle(each)
            for paths in each:
                self.random.shuffle(paths)
        return columns

    def _absent(self) -> Iterator[Path]:
        """Yield keys that a row lacks and others of its list have."""
        for at, rows in _lists(self.value):
            if not all(isinstance(row, dict) for row in rows) or not _sayable(at):
                continue
            names = dict.fromkeys(name for row in rows for name in row)
            for i, row in enumerate(rows):
                for name in names:
                    path = (*at, i, name)
                    if name in row or not _sayable((name,)):
                        continue
                    if not found(self.back, path)[0]:
                        yield path

    def _device(self, path: Path) -> str:
        there, leaf = found(self.back, path)
        if not there or not _same(leaf, found(self.value, path)[1]):
            return "dropped"
        _, traced = found(self.trace, path)
        return traced.device if isinstance(traced, Traced) else "literal"

    def _next(
        self,
        device: str,
        columns: list[list[Path]],
        kinds: list[str],
        made: dict[str, Question],
    ) -> Question | None:
        """Return the first question of these kinds on this device that is new."""
        for kind in kinds:
            for at, paths in enumerate(columns):
                # Some values of each column: all of a long one would take too long.
                for path in paths[:10]:
                    question = self.makers[kind](path)
                    if question and question.text not in made and _is_open(question):
                        paths.remove(path)
                        # The columns that were asked about come last.
                        columns.append(columns.pop(at))
                        return question
        return None

    # -- one maker for each kind; None where the path gives no such question
    def _look_up(self, path: Path) -> Question | None:
        row = _row(path)
        if row and not self._key(row, path):
            return None
        return self._value(path, "look-up", by_key=True)

    def _position(self, path: Path) -> Question | None:
        return self._value(path, "position", by_key=False) if _row(path) else None

    def _value(self, path: Path, kind: str, *, by_key: bool) -> Question | None:
        there, leaf = found(self.value, path)
        if not there or leaf is None or not _is_short(leaf):
            return None
        where = self._where(path, by_key=by_key)
        if not where:
            return None
        return self._made(f"What is {where}?", (spelling(leaf),), kind, path)

    def _null(self, path: Path) -> Question | None:
        there, leaf = found(self.value, path)
        if there and leaf not in (None, "", [], {}):
            return None
        state = "absent" if not there else "null" if leaf is None else "empty"
        row = _row(path)
        where = self._where(path, by_key=bool(row and self._key(row, path)))
        if not where:
            return None
        return self._made(
            f"Is {where} null, empty (an empty text, list or object), or is the key "
            "absent? Answer null, empty or absent.",
            (state,),
            "null",
            path,
        )

    def _count(self, path: Path) -> Question | None:
        row = _row(path)
        _, leaf = found(self.value, path)
        at, inside = row[:-1], path[len(row) :]
        if not inside or not row or not _is_short(leaf) or _row(inside):
            return None
        plain, back = (
            sum(
                there and _same(each, leaf)
                for there, each in (found(one, inside) for one in found(value, at)[1])
            )
            for value in (self.value, self.back)
        )
        if plain != back or not 2 <= plain <= _MOST_COUNTED:
            return None
        value = "null" if leaf is None else f"the value `{spelling(leaf)}`"
        text = f"How many items of {_list(at)} have {value} in `{_dotted(inside)}`?"
        return self._made(text, (str(plain),), "count", path)

    def _keys(self, path: Path) -> Question | None:
        parent = path[:-1]
        there, plain = found(self.value, parent)
        _, back = found(self.back, parent)
        if not there or not isinstance(plain, dict) or not isinstance(back, dict):
            return None
        if not 2 <= len(plain) <= _MOST_KEYS or list(plain) != list(back):
            return None
        if not all(_sayable((key,)) and "," not in key for key in plain):
            return None
        where = self._where(parent, by_key=False) if parent else "the document"
        if not where:
            return None
        return self._made(
            f"Which keys does {where} have? Name all, with commas between them.",
            (", ".join(plain),),
            "keys",
            path,
        )

    def _made(
        self, text: str, answers: tuple[str, ...], kind: str, path: Path
    ) -> Question:
        there, _ = found(self.value, path)
        device = self._device(path) if there else "absent"
        traced = found(self.trace, path)[1]
        return Question(
            text,
            answers,
            kind,
            device,
            path,
            _span(self.value, path) if there else None,
            traced.span if isinstance(traced, Traced) else None,
        )

    # -- words for places
    def _where(self, path: Path, *, by_key: bool) -> str:
        """Return words for a path, "" if a reader would have to count too far."""
        words = ""
        end = len(path)
        for at in range(len(path) - 1, -1, -1):
            if type(step := path[at]) is not int:
                continue
            if at + 1 < end:
                words += f"`{_dotted(path[at + 1 : end])}` of "
            first = at == len(_row(path)) - 1
            key = self._key(path[: at + 1], path) if first and by_key else ""
            start = next(
                (i + 1 for i in range(at - 1, -1, -1) if type(path[i]) is int), 0
            )
            rows = _list(path[start:at] if at > start else ())
            if key:
                _, name = found(self.value, (*path[: at + 1], key))
                words += f"the item of {rows} whose `{key}` is `{spelling(name)}`"
            elif step >= _MOST_COUNTED:
                return ""
            else:
                words += f"the {_ordinal(step + 1)} item of {rows}"
            if start:
                words += " of "
            end = start
        return words or f"the top-level `{_dotted(path)}`"

    def _key(self, row: Path, path: Path) -> str:
        """Return a key whose values tell the rows of a list apart, "" if none does."""
        at = row[:-1]
        if at not in self.keys:
            self.keys[at] = self._telling_keys(at)
        own = path[len(row) : len(row) + 1]
        return next((key for key in self.keys[at] if (key,) != own), "")

    def _telling_keys(self, at: Path) -> list[str]:
        rows, back = found(self.value, at)[1], found(self.back, at)[1]
        if len(rows) < 2 or not all(isinstance(row, dict) for row in rows):
            return []
        keys = []
        for key in rows[0]:
            values = [row.get(key) for row in rows]
            if (
                _sayable((key,))
                and all(type(each) in (str, int) for each in values)
                and all(0 < len(spelling(each)) <= _LONGEST_KEY for each in values)
                and len({folded(spelling(each)) for each in values}) == len(rows)
                and isinstance(back, list)
                and values
                == [row.get(key) if isinstance(row, dict) else None for row in back]
            ):
                keys.append(key)
        return keys[:2]


def leaves(value: Any) -> Iterator[tuple[Path, Any]]:
    """Yield every value that is no filled object or list, with its path."""
    waiting: list[tuple[Path, Any]] = [((), value)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict) and value:
            waiting += [((*path, key), each) for key, each in value.items()]
        elif isinstance(value, list) and value:
            waiting += [((*path, i), each) for i, each in enumerate(value)]
        else:
            yield path, value


def _lists(value: Any) -> Iterator[tuple[Path, list[Any]]]:
    """Yield the outermost lists, with their paths."""
    waiting: list[tuple[Path, Any]] = [((), value)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, list):
            yield path, value
        elif isinstance(value, dict):
            waiting += [((*path, key), each) for key, each in value.items()]


def _row(path: Path) -> Path:
    """Return the path as far as the item of the outermost list; () without one."""
    ends = [i + 1 for i, step in enumerate(path) if type(step) is int]
    return path[: ends[0]] if ends else ()


def _sayable(path: Path) -> bool:
    """Tell whether the keys of a path can be named with dots between them."""
    return all(
        isinstance(step, int)
        or (0 < len(step) <= _LONGEST_KEY and not set("`.\n").intersection(step))
        for step in path
    )


def _is_short(leaf: Any) -> bool:
    """Tell whether a leaf can be asked for, or named in a question."""
    if isinstance(leaf, dict | list):
        return False
    text = spelling(leaf)
    return 0 < len(text) <= _LONGEST_ANSWER and text.isprintable() and "`" not in text


def _is_open(question: Question) -> bool:
    """Tell whether a question does not give its answer away."""
    if question.kind in ("null", "keys"):
        return True
    asked = folded(question.text)
    return not any(holds(asked, folded(answer)) for answer in question.answers)


def _same(one: Any, other: Any) -> bool:
    if type(one) is not type(other):
        return False
    is_nan = one != one
    return bool(one == other) or (is_nan and other != other)


def spelling(value: Any) -> str:
    """Return a scalar as a text shows it."""
    return value if isinstance(value, str) else json.dumps(value)


def _dotted(path: Path) -> str:
    return ".".join(map(str, path))


def _list(path: Path) -> str:
    return f"`{_dotted(path)}`" if path else "the list"


def _ordinal(number: int) -> str:
    """Return 1st, 2nd, 3rd, 4th, 11th, 21st."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if 11 <= number % 100 <= 13 else ending}"


def _span(value: Any, path: Path) -> tuple[int, int]:
    """Return where a path's value is written in compact JSON."""
    start = 0
    for step in path:
        start += 1
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, each in pairs:
            if isinstance(value, dict):
                start += len(_compact(key)) + 1
            if key == step:
                value = each
                break
            start += len(_compact(each)) + 1
    return start, start + len(_compact(value))


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

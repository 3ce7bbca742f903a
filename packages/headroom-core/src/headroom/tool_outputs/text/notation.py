"""How folded text is written, and read back."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from operator import eq
from string import ascii_uppercase

from headroom.errors import DecodeError
from headroom.tool_outputs.text.patterns import Column, Group, Pattern

__all__ = ["Written", "is_folded", "read", "write", "written"]

_LEGEND = (
    "#folded from {lines} lines{ends}. A= defines pattern A (A3= one of 3 lines), "
    '{open}x{close} a value in it; "A y z" is its text with the values y, z; " is '
    "the value of the line above, so are values missing at the end; A*5: 5 times"
    "{filled}"
)
_BEGINS = re.compile(r"#folded from ([1-9][0-9]{0,17}) lines[^.\n]*\. A= defines ")
_ENDS = {"\n": "", "\r": " that end in CR"}
_FILLED = "; ~9: filled with spaces to 9 characters, ~-9: on the left"

# Pairs of signs around values, the cheapest first.
_BRACKETS = ("{}", "<>", "[]", "⟨⟩", "«»", "‹›", "⟦⟧", "❲❳")
_PADDED = re.compile(r"~(-?[1-9][0-9]{0,3})\Z")
# What a line begins with that is not a literal line, or would be taken for one.
_MARKED = re.compile(r"\\|[A-Z]{1,3}(?:[0-9]*\|?=|[ *]|\Z)")
_DITTO = '"'
_EMPTY = '""'


def _names() -> Iterator[str]:
    for length in (1, 2, 3):
        for letters in product(ascii_uppercase, repeat=length):
            yield "".join(letters)


_MOST_NAMES = 26 + 26**2 + 26**3


@dataclass(frozen=True, slots=True)
class Written:
    """A folded text.

    Attributes:
        legend: Its first line.
        lines: For each line of the source the text that stands for it: the very line
            where it is not folded, None where the text of a line above is its, too.
    """

    legend: str
    lines: Sequence[str | None]

    def text(self) -> str:
        """Return the folded text."""
        lines = [line for line in self.lines if line is not None]
        return "\n".join([self.legend, *_counted(lines)])


def write(
    lines: Sequence[str], groups: Sequence[Group], text: str, end: str = "\n"
) -> Written | None:
    """Return the folded text, or None where the signs that it needs are all in use.

    Args:
        lines: All lines of the text.
        end: What parts the lines in the text, a line feed or a carriage return.
        groups: Records of lines, in any order, that do not overlap.
        text: The text that is folded; tells which brackets are free.
    """
    pair = next((p for p in _BRACKETS if p[0] not in text and p[1] not in text), None)
    if pair is None or len(groups) > _MOST_NAMES:
        return None
    out: list[str | None] = [
        "\\" + line if line[:1] in _FIRST and _MARKED.match(line) else line
        for line in lines
    ]
    for group, name in zip(
        sorted(groups, key=lambda group: group.at[0]), _names(), strict=False
    ):
        made = written(group, name, pair)
        if made is None:
            continue
        more = range(1, group.pattern.height)
        for at, line in zip(group.at, made, strict=True):
            out[at] = line
            for further in more:
                out[at + further] = None
    filled = _FILLED if any(any(group.pattern.pads) for group in groups) else ""
    return Written(_legend(len(lines), pair, filled, end), out)


def _legend(lines: int, pair: str, filled: str, end: str) -> str:
    return _LEGEND.format(
        lines=lines, open=pair[0], close=pair[1], filled=filled, ends=_ENDS[end]
    )


_FIRST = frozenset("\\" + ascii_uppercase)


def _counted(lines: list[str]) -> list[str]:
    """Write a record that is the same as the ones before as a count."""
    out: list[str] = []
    name, times = "", 0
    for line in lines:
        if line == name and name:
            times += 1
            continue
        if times > 1:
            out[-1] = f"{name}*{times}"
        if len(line) <= 3 and line.isascii() and line.isalpha() and line.isupper():
            name, times = line, 1
        else:
            name, times = "", 0
        out.append(line)
    if times > 1:
        out[-1] = f"{name}*{times}"
    return out


def written(group: Group, name: str, pair: str) -> list[str] | None:
    """Return the lines for all records of a pattern, its definition first."""
    pattern, columns = group.pattern, group.columns
    between = _between(pattern, columns)
    if between is None:
        return None
    definition = [name]
    height = pattern.height
    definition.append(str(height) if height > 1 else "")
    definition.append("|=" if between == "|" else "=")
    definition.append(pattern.texts[0])
    seen = -1
    for at, pad, after in zip(
        pattern.values, pattern.pads, pattern.texts[1:], strict=True
    ):
        again = "=" if at <= seen else ""
        seen = max(seen, at)
        value = columns[at][0]
        if (not again and value.startswith("=")) or _PADDED.search(value):
            return None
        width = f"~{pad}" if pad else ""
        definition += (pair[0], again, value, width, pair[1], after)
    lines = ["".join(definition)]
    if not columns:
        return lines + [name] * (len(group.at) - 1)
    # What a mark repeats stands in the line above.
    below = [later == at + height for at, later in pairwise(group.at)]
    shown = [
        [
            _DITTO if same and follows else value
            for same, follows, value in zip(
                map(eq, column, column[1:]), below, column[1:], strict=False
            )
        ]
        for column in columns
    ]
    if between == " " and any(pattern.pads):
        shown = [[cell or _EMPTY for cell in cells] for cells in shown]
    end = between + _DITTO
    for line, last in zip(
        map(between.join, zip(*shown, strict=True)), shown[-1], strict=True
    ):
        if last == _DITTO:
            while line.endswith(end):
                line = line[:-2]
        lines.append(name if line == _DITTO else f"{name} {line}")
    return lines


def _between(pattern: Pattern, columns: Sequence[Column]) -> str | None:
    """Return the sign between values; None where values hold what only we may write.

    Only the last value may contain spaces where values are parted by spaces. Words
    contain neither spaces nor quotation marks, so only filled values are looked at.
    """
    if not any(pattern.pads):
        return " "
    values = [value for column in columns for value in column if '"' in value]
    if _DITTO in values or _EMPTY in values:
        return None
    if not any(" " in value for column in columns[:-1] for value in column):
        return " "
    return None if any("|" in value for c in columns for value in c) else "|"


def is_folded(text: str) -> bool:
    """Tell whether a text begins as folded texts do."""
    return _BEGINS.match(text) is not None


def read(text: str) -> str:
    """Return the text that `write` folded.

    Raises:
        DecodeError: For a text that `write` did not write, or that was changed since.
    """
    lines = text.split("\n")
    legend = _BEGINS.match(lines[0])
    found = next(
        (
            (pair, end)
            for pair in _BRACKETS
            for filled in ("", _FILLED)
            for end in _ENDS
            if legend and lines[0] == _legend(int(legend[1]), pair, filled, end)
        ),
        None,
    )
    if found is None or legend is None:
        raise DecodeError("no folded text: its first line is not the legend of a fold")
    pair, end = found
    result = "\n".join(_unfolded(lines, pair))
    if result.count("\n") + 1 != int(legend[1]):
        raise DecodeError(
            "a folded text of another number of lines than its legend says; decode "
            "the text as compress returned it"
        )
    return result.replace("\n", end)


def _unfolded(lines: list[str], pair: str) -> Iterator[str]:
    patterns: dict[str, tuple[str, tuple[int, ...], str]] = {}
    before: dict[str, list[str]] = {}
    at = 1
    while at < len(lines):
        line = lines[at]
        at += 1
        name, is_followed, cells = line.partition(" ")
        if name in patterns:
            form, places, between = patterns[name]
            values = before[name]
            if is_followed:
                some = cells.split(between, max(0, len(values) - 1))
                for place, cell in enumerate(some):
                    if cell != _DITTO:
                        values[place] = "" if cell == _EMPTY else cell
            yield form % tuple([values[at] for at in places])
            continue
        marked = _MARKED.match(line) if line[:1] in _FIRST else None
        if not marked:
            yield line
            continue
        if line[0] == "\\":
            yield line[1:]
            continue
        sign = marked[0]
        name = sign.rstrip("|=0123456789 *")
        if sign[-1] == "=":
            count = int(sign.strip("|=" + ascii_uppercase) or "1")
            body = [line[len(sign) :], *lines[at : at + count - 1]]
            at += count - 1
            between = "|" if "|" in sign else " "
            pattern, values = _defined("\n".join(body), pair)
            patterns[name] = pattern.format(), pattern.values, between
            before[name] = values
            yield patterns[name][0] % tuple([values[at] for at in pattern.values])
            continue
        if name not in patterns:
            raise DecodeError(f"a folded text that names {name!r} before defining it")
        if not line[len(sign) :].isdecimal():
            raise DecodeError(f"a folded text with {line!r}, which is no count")
        form, places, _ = patterns[name]
        repeated = form % tuple([before[name][at] for at in places])
        for _ in range(int(line[len(sign) :])):
            yield repeated


def _defined(body: str, pair: str) -> tuple[Pattern, list[str]]:
    """Return the pattern that a definition says, and the values of its record."""
    pads: list[int] = []
    places: list[int] = []
    values: list[str] = []
    pieces = body.split(pair[0])
    texts = [pieces[0]]
    for piece in pieces[1:]:
        value, closed, after = piece.partition(pair[1])
        if not closed:
            raise DecodeError("a folded text with a value that does not end")
        padded = _PADDED.search(value)
        pad = 0
        if padded:
            value = value[: padded.start()]
            pad = int(padded[1])
        if value.startswith("="):
            if value[1:] not in values:
                raise DecodeError("a folded text with a reference to no value")
            places.append(values.index(value[1:]))
        else:
            places.append(len(values))
            values.append(value)
        pads.append(pad)
        texts.append(after)
    return Pattern(tuple(texts), tuple(pads), tuple(places)), values

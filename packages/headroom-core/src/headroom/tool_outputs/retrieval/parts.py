"""Parts of originals: what an agent asks for that a cap has hidden."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from headroom.errors import InputError, OriginalError
from headroom.originals import PART_BEGINS, Store, original, stores_in_use
from headroom.tokens import CountTokens, larger_count
from headroom.tool_outputs.capping import Capped, Wanted, cap, cap_tree, scorer_of
from headroom.tool_outputs.capping.units import lines_of
from headroom.tool_outputs.minifier import JSONMinifier

__all__ = ["retrieve"]

_RANGE = re.compile(r"\s*[Ll]?(\d*)\s*(-|–|:|\.\.|to)?\s*[Ll]?(\d*)\s*")
_STEP = re.compile(
    r"""\[\s*(?:"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>[^']*)'|(?P<index>-?\d+|\*))\s*\]
    |\.?(?P<name>[^.\[\]]+)""",
    re.VERBOSE,
)
# How many keys an error names.
_NAMED_KEYS = 20

Ranges = str | int | Sequence[int]
# A part: which one it is, and what gives as much of it as is wanted.
Part = tuple[str, Callable[[Wanted], Capped]]


def retrieve(
    handle: str,
    *,
    query: str | None = None,
    rows: Ranges | None = None,
    lines: Ranges | None = None,
    path: str | None = None,
    store: Store | None = None,
    max_tokens: int = 2_000,
    scorer: Any = "bm25",
    count_tokens: CountTokens | None = None,
) -> str:
    """Return the part of an original that is asked for, at most `max_tokens` of it.

    Without any of query, rows, lines and path it is the beginning; with a query only
    what has to do with it. The first line
    says which part of how much it is; then lines stand as they were, and JSON without
    loss, compact.

    Args:
        handle: As it stands in the capped output.
        query: Words or a question: the lines or rows that have to do with it.
        rows: Rows of the JSON list at `path`, or of the longest list there, numbered
            from 0, such as "18-96" or "3,7,20-". Of other text: its lines below the
            first one, which is shown with them.
        lines: Lines of the text, numbered from 1, such as "40-60", "100-" or "-20",
            the last twenty.
        path: Where in a JSON document: `items[3].name`, `items[*].id`.
        store: Where originals are; None asks the stores in which this process has
            kept originals.
        max_tokens: The cap, 1 or more.
        scorer: What ranks by the query, as ToolOutputCompressor takes it.
        count_tokens: Tokens of a text; default the larger count of o200k_base and
            cl100k_base.

    Raises:
        OriginalError: No store holds it; the text says what to do.
        InputError: The part cannot be told from the arguments, or is not there.
    """
    text = _text_of(_found(handle, store))
    wanted = Wanted(
        max_tokens=max_tokens,
        count_tokens=count_tokens or larger_count,
        query=query,
        scorer=scorer_of(scorer),
        handle=handle,
        show="what the query asks for" if query else "the beginning",
    )
    value = _document(text)
    if path is not None or (rows is not None and value is not None):
        value = _json_lines(text) if value is None else value
        return _joined(_of_value(value, path or "", rows), wanted)
    if rows is not None or lines is not None:
        return _joined(_of_lines(text, rows, lines), wanted)
    part = cap(text, wanted) if value is None else cap_tree(value, _write, wanted)
    if not part.hidden:
        said = f"the whole, {len(lines_of(text)):,} lines"
        return _joined([(said, lambda _: part)], wanted)
    return _checked(part, query)


def _found(handle: str, store: Store | None) -> bytes:
    if store is not None:
        return original(handle, store)
    stores = stores_in_use()
    if not stores:
        raise OriginalError(
            "This process has kept no original yet; pass store=, the store that the "
            "compressor was given"
        )
    for each in stores[:-1]:
        try:
            return original(handle, each)
        except OriginalError:
            continue
    return original(handle, stores[-1])


def _joined(parts: Iterable[Part], wanted: Wanted) -> str:
    """Return parts one below the other, each under a line that says which it is."""
    out: list[str] = []
    left = wanted.max_tokens
    for said, make in parts:
        title = f"{PART_BEGINS}: {said}]\n"
        room = left - wanted.count_tokens(title)
        if room <= 0:
            title, room = "", left
        part = title + _checked(make(replace(wanted, max_tokens=room)), wanted.query)
        out.append(part if part.endswith(("\n", "\r")) else f"{part}\n")
        left -= wanted.count_tokens(out[-1])
        if left <= 0:
            break
    return "".join(out).removesuffix("\n")


def _checked(part: Capped, query: str | None) -> str:
    """Return the text of a part.

    Raises:
        InputError: It shows nothing: no unit has a word of the query, or none fits.
    """
    if query and part.hidden and part.hidden == part.total:
        raise InputError(
            f"query={query!r:.80} finds nothing that fits; ask with other words, or "
            "for a part by lines=, rows= or path="
        )
    return part.content


def _text_of(content: bytes) -> str:
    try:
        return content.decode(json.detect_encoding(content))
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("utf-8", "surrogatepass")  # half of a pair is kept too
    except UnicodeDecodeError:
        raise InputError(
            f"The original is {len(content):,} bytes that are no text, such as a "
            "picture; a program gets them by headroom.originals.original(handle, store)"
        ) from None


def _write(value: Any) -> str:
    return value if isinstance(value, str) else JSONMinifier.lossless().compress(value)


def _document(text: str) -> Any:
    """Return the object or list of a JSON document or of JSON lines, None for none."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None


def _json_lines(text: str) -> list[Any] | None:
    try:
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        return None


def _of_value(value: Any, path: str, rows: Ranges | None) -> Iterator[Part]:
    """Yield the parts of a JSON value; raise for what is not there."""
    if value is None:
        raise InputError(
            'The output is no JSON, so it has no path; ask with lines="40-60" or query='
        )
    place = path.strip().removeprefix("$").strip(".")
    if place:
        value = _at(value, place)
    if rows is None:
        said = place or "the whole"
        if isinstance(value, list):
            said = f"{said}, {len(value):,} rows"
        yield said, partial(cap_tree, value, _write, place=place)
        return
    if isinstance(value, dict) and (name := _longest_list(value)):
        value, place = value[name], f"{place}.{name}".lstrip(".")
    if not isinstance(value, list):
        raise InputError(f"{place or 'It'} is no list; {_what_there_is(value)}")
    for first, end in _numbers(rows, "rows", 0, len(value)):
        said = f"rows {_spelled(first, end)} of {len(value):,}"
        some = value[first:end]
        make = partial(cap_tree, some, _write, place=place, first_row=first)
        yield f"{place}, {said}" if place else said, make


def _longest_list(value: dict[str, Any]) -> str | None:
    lists = {name: v for name, v in value.items() if isinstance(v, list) and v}
    return max(lists, key=lambda name: len(lists[name])) if lists else None


def _of_lines(text: str, rows: Ranges | None, lines: Ranges | None) -> Iterator[Part]:
    """Yield the parts of a text; the first of rows has the first line above it."""
    every = lines_of(text)
    base = 0 if lines is None else 1
    head = every[0] if lines is None else ""
    asked = rows if lines is None else lines
    name = "rows" if lines is None else "lines"
    there = len(every) - 1 + base
    for start, stop in _numbers(asked or "", name, base, there):
        first, end = start + 1 - base, stop + 1 - base
        said = f"lines {_spelled(first, end, 1)} of {len(every):,}"
        part = head + "".join(every[first:end])
        yield said, partial(cap, part, first_line=first + 1 - bool(head))
        head = ""


def _numbers(asked: Ranges, name: str, base: int, count: int) -> list[tuple[int, int]]:
    """Return ranges as [start, end) from 0, cut to what there is.

    Raises:
        InputError: They are spelled otherwise, or nothing is there.
    """
    if isinstance(asked, int):
        asked = str(asked)
    elif not isinstance(asked, str):
        asked = "-".join(str(number) for number in asked)
    found: list[tuple[int, int]] = []
    for piece in asked.replace(";", ",").strip("[]() ").split(","):
        match = _RANGE.fullmatch(piece)
        first, dash, last = match.groups() if match else ("", "", "")
        if not match or not (first or last):
            raise InputError(
                f'{name}={asked!r:.80}; pass numbers such as "{name[:-1]} 40" as "40", '
                '"40-60", "100-" or "-20" for the last twenty'
            )
        if dash and not first:
            start, end = max(0, count - int(last)), count
        else:
            start = int(first) - base
            end = int(last) - base + 1 if last else (count if dash else start + 1)
        start, end = max(0, start), min(end, count)
        if start < end:
            found.append((start, end))
    if not found:
        last = count - 1 + base
        there = f"{base} to {last:,}" if count else "none"
        raise InputError(f"{name}={asked!r:.80} is not there; {name} are {there}")
    return found


def _spelled(first: int, end: int, base: int = 0) -> str:
    last = end - 1 + base
    return f"{last}" if end - first == 1 else f"{first + base}-{last}"


def _at(value: Any, path: str) -> Any:
    """Return what is at a path of a JSON value.

    Raises:
        InputError: There is nothing; the text says what is there instead.
    """
    at = 0
    while at < len(path):
        step = _STEP.match(path, at)
        if step is None or step.end() == at:
            raise InputError(
                f"path={path!r:.80}; pass one such as items[3].name or items[*].id"
            )
        if step["index"] == "*" or step["name"] == "*":
            rest = path[step.end() :]
            inside = value.values() if isinstance(value, dict) else value
            if not isinstance(value, dict | list):
                raise InputError(f"{path[:at]} has no parts; {_what_there_is(value)}")
            return [_at(each, rest) if rest else each for each in inside]
        value = _child(value, step, path[: step.end()])
        at = step.end()
    return value


def _child(value: Any, step: re.Match[str], so_far: str) -> Any:
    name = step["name"] or step["single"] or step["index"]
    if step["double"] is not None:
        name = json.loads(f'"{step["double"]}"')
    if isinstance(value, dict) and name in value:
        return value[name]
    if isinstance(value, list) and re.fullmatch(r"-?\d+", name):
        number = int(name)
        if -len(value) <= number < len(value):
            return value[number]
    raise InputError(f"Nothing at {so_far!r:.80}; {_what_there_is(value)}")


def _what_there_is(value: Any) -> str:
    """Say what can be asked for in a value."""
    if isinstance(value, list):
        return f"there is a list of {len(value):,} rows, numbered from 0"
    if isinstance(value, dict):
        names = ", ".join(list(value)[:_NAMED_KEYS])
        more = ", …" if len(value) > _NAMED_KEYS else ""
        return f"there is an object with {names}{more}"
    return f"there is {json.dumps(value, ensure_ascii=False):.80}"

"""JSONMinifier: tool outputs in fewer tokens, every dropped value accounted for."""

import re
from collections.abc import Callable, Iterable
from typing import Any, Literal

from headroom.errors import DecodeError, InputError
from headroom.tokens import default_counter
from headroom.tool_outputs.compact import read_compact, write_compact
from headroom.tool_outputs.dropping import Gone, Policy, prune
from headroom.tool_outputs.reading import Embedded, Reading, read
from headroom.tool_outputs.table import MAGIC, decode_table, encode_table
from headroom.tool_outputs.values import Cut
from headroom.types import Compression, Dropped

__all__ = ["JSONMinifier"]

Format = Literal["auto", "json", "table"]
_FORMATS = ("auto", "json", "table")

# Of two texts the one with fewer tokens is told by their lengths where these leave no
# doubt, since counting takes longer than writing. Quotes don't count: in JSON they
# share a token with the comma or colon beside them. Source: in 250 parts of recorded
# payloads the ratio of tokens was at most 0.83 where that of such lengths was below.
_SURELY_SHORTER = 0.75
# In a longer text chance evens out. Source: of 86 recorded payloads above 0.75, those
# of more than 2,000 characters had at most 0.87 of the tokens where that of lengths was
# below 0.9, and no fewer tokens worth a table where 98 % of all characters were left.
_LONGER_CHARACTERS = 2_000
_LONGER_SURELY_SHORTER = 0.9
_HARDLY_SHORTER = 0.98
# JSON is easier to read, so the table must spare this much.
_WORTHWHILE = 0.97
# Of longer texts samples are counted first, at the same relative places in both: how
# many, of how many characters, and how far the ratio of tokens was off at most in 88
# tables of recorded payloads whose ratio is near the limit. What is closer to the limit
# is counted whole.
_LONG_CHARACTERS = 20_000
_SAMPLES, _SAMPLE_CHARACTERS, _SAMPLE_ERROR = (160, 125, 0.016)
# A source of 1,000 characters has more tokens than what is written for it, if that is a
# bit shorter. Source: in 15,278 parts of recorded payloads, in four spellings, the
# tokens of a table were at most 0.951 of its own where the characters were below 0.95,
# and in 1,031 parts those of JSON at most 0.972 where the characters were below 0.98.
_SOURCE_CHARACTERS = 1_000
_BIT_SHORTER = 0.95
_BIT_SHORTER_JSON = 0.98
# Characters that mostly are one token together, and can be most of a text.
_ONE_TOKEN = (
    *(sign * 16 for sign in " -=_*#~.+\u2500\n"),
    *("{},", "[],", "={}\n", "=[]\n"),
)

# Objects and arrays from which "auto" writes compact JSON, to bound memory.
# Source: each takes about 700 bytes while it is encoded, so this is 170 MB.
_MOST_CONTAINERS = 250_000
# Tokens that a value inside prose must spare at least, since tokens may cross its ends.
_PART_MARGIN = 2
# The kinds of values that are missing, where the plural of the reason won't do.
_LEFT_OUT = {
    "empty": "empty values",
    "bookkeeping": "bookkeeping",
    "copy": "copies",
    "max_depth": "cut values",
}
# A text that JSONMinifier wrote, alone or inside prose: the legend has a line.
_OURS = re.compile(rf"(?:\A|\n){MAGIC}(?: [^\n]*)?\n")


class JSONMinifier:
    """Minifies JSON tool outputs; deterministic, local, decodable.

    Dropping is the only loss, and each dropped path is itemised by `explain`:
    `decode(compress(x))` is `x` without exactly those paths. Instances are immutable,
    picklable and safe to share between threads.

    Args:
        drop_nulls: Drop members of objects that are null, and empty ones.
        drop_empty: Drop members that are "", [] or {}, and objects that lost all of
            their members. None does as `drop_nulls` says.
        drop_links: Drop addresses of an API that the document makes redundant, and
            pictures that decorate a name (docs/dropping-rules.md).
        drop_opaque: Drop ids and bookkeeping that nobody acts on, and copies.
        exclude_keys: Drop these too: keys, paths such as `items[*].url`, `*` patterns.
        keep_keys: Never drop these nor anything inside them; wins over everything else.
        only_keys: Keep only these and what leads to them; empty keeps all.
        max_depth: Levels of keys to keep, 1 or more; what lies deeper is replaced by a
            visible marker such as `…18 cut`. None keeps all levels.
        format: `"json"` is valid compact JSON in the document's own shape, `"table"`
            the dense text of docs/table-format.md, `"auto"` the one of fewer tokens,
            and JSON where the table would spare less than 3 %.
        literal: Write each value in full where it stands: no references to other
            lines, no templates.
        default: Makes a value with a JSON form of a Python object that has none, as in
            `json.dumps`. None refuses such objects.
        count_tokens: Tokens of a text; default `headroom.tokens.default_counter()`.

    Raises:
        ValueError: For an option out of its range.
        TypeError: For an option of the wrong type.

    Examples:
        >>> JSONMinifier().compress({"id": 7, "name": "Ada", "node_id": "MDQ6VXNlcjE="})
        '{"id":7,"name":"Ada"}'
    """

    __slots__ = ("_count", "_default", "_exact", "_format", "_literal", "_policy")

    _count: Callable[[str], int]
    _default: Callable[[Any], Any] | None
    _exact: bool
    _format: Format
    _literal: bool
    _policy: Policy

    def __init__(
        self,
        *,
        drop_nulls: bool = False,
        drop_empty: bool | None = None,
        drop_links: bool = True,
        drop_opaque: bool = True,
        exclude_keys: Iterable[str] = (),
        keep_keys: Iterable[str] = (),
        only_keys: Iterable[str] = (),
        max_depth: int | None = None,
        format: Format = "auto",  # noqa: A002 - the contract's name
        literal: bool = False,
        default: Callable[[Any], Any] | None = None,
        count_tokens: Callable[[str], int] | None = None,
    ) -> None:
        if format not in _FORMATS:
            raise ValueError(f"format is one of {_FORMATS}, got {format!r}")
        if not isinstance(literal, bool):
            raise TypeError(f"literal is True or False, got {literal!r}")
        for name, function in (("count_tokens", count_tokens), ("default", default)):
            if function is not None and not callable(function):
                raise TypeError(f"{name} is a function, got {function!r}")
        policy = Policy(
            drop_nulls=drop_nulls,
            drop_empty=drop_nulls if drop_empty is None else drop_empty,
            drop_links=drop_links,
            drop_opaque=drop_opaque,
            # Any iterable; Policy makes a tuple of it, and refuses a lone string.
            exclude_keys=exclude_keys,  # type: ignore[arg-type]
            keep_keys=keep_keys,  # type: ignore[arg-type]
            only_keys=only_keys,  # type: ignore[arg-type]
            max_depth=max_depth,
        )
        object.__setattr__(self, "_policy", policy)
        object.__setattr__(self, "_format", format)
        object.__setattr__(self, "_literal", literal)
        object.__setattr__(self, "_default", default)
        count = default_counter() if count_tokens is None else count_tokens
        object.__setattr__(self, "_count", count)
        object.__setattr__(self, "_exact", policy.drops_nothing)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"JSONMinifier is immutable; make a new one to set {name}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("JSONMinifier is immutable")

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, tuple(getattr(self, name) for name in self.__slots__)

    def __repr__(self) -> str:
        return f"JSONMinifier(format={self._format!r}, {self._policy!r})"

    @classmethod
    def lossless(
        cls,
        *,
        format: Format = "auto",  # noqa: A002
        literal: bool = False,
        default: Callable[[Any], Any] | None = None,
        count_tokens: Callable[[str], int] | None = None,
    ) -> "JSONMinifier":
        """Return a minifier that drops nothing: `decode(compress(x)) == x`.

        Types, key order and, for text, the spelling of numbers are kept.
        """
        return cls(
            drop_links=False,
            drop_opaque=False,
            format=format,
            literal=literal,
            default=default,
            count_tokens=count_tokens,
        )

    def compress(self, data: Any) -> str:
        """Return `data` as minified text.

        Args:
            data: A JSON value, JSON text (str, or bytes in UTF-8, 16 or 32), JSON lines
                and other streams, text with JSON inside, or what tools return:
                dataclasses, pydantic models, dates, Decimal, UUID, Enum, sets, NumPy
                scalars. Never changed.

        Returns:
            The text; "" for "". Text that holds no JSON, and text that a JSONMinifier
            wrote, comes back unchanged.

        Raises:
            InputError: For Python objects that have no JSON form, cycles, nesting
                beyond what Python can walk, bytes that are not text.
        """
        return self._minify(self._read(data), None)[0]

    def explain(self, data: Any) -> Compression[str]:
        """Return the same text with the account of it.

        The plain form that tokens are compared with is the text itself for text, and
        compact JSON (no spaces, no escapes beyond need) for objects.

        Raises:
            InputError: As `compress`.
        """
        reading = self._read(data)
        dropped: list[Dropped] = []
        content, skipped = self._minify(reading, dropped)
        # Written now, since the caller may change the object before tokens are asked.
        plain = reading.text
        if plain is None:
            plain = write_compact(reading.value)
        return Compression(
            content=content,
            dropped=tuple(dropped),
            skipped=skipped,
            _source=plain,
            _measure=self._count,
        )

    @staticmethod
    def decode(text: str) -> Any:
        """Return the value that `compress` wrote as `text`.

        Numbers come back as `json.loads` reads them; what was dropped is absent. Every
        reference is written out, so a crafted text may stand for far more than its
        length: decode what you made yourself.

        Raises:
            DecodeError: For text that is neither JSON nor an unchanged table text.
        """
        if not isinstance(text, str):
            raise DecodeError(f"decode takes the text of compress, got {type(text)}")
        return decode_table(text) if text.startswith(MAGIC) else read_compact(text)

    def _read(self, data: Any) -> Reading:
        reading = read(data, exact_numbers=self._exact, default=self._default)
        text = reading.text
        if text is None or not (reading.skipped or reading.parts):
            return reading
        if MAGIC in text and _OURS.search(text):
            return Reading(text=text, skipped="already minified by JSONMinifier")
        return reading

    def _minify(
        self, reading: Reading, dropped: list[Dropped] | None
    ) -> tuple[str, str | None]:
        """Return the minified text, and why it is not, if it is not."""
        if reading.skipped is not None:
            return reading.text or "", reading.skipped
        try:
            if reading.parts:
                return self._write_parts(reading.parts, dropped), None
            return self._write(reading.value, reading.text, (), dropped), None
        except RecursionError:
            # Python's limit counts the caller's frames too, so it shows only here.
            reason = "nested deeper than Python can walk from here"
            if reading.text is None:
                raise InputError(
                    f"{reason}; flatten it, or pass a part of it"
                ) from None
            if dropped is not None:
                dropped.clear()
            return reading.text, reason

    def _write_parts(
        self, parts: tuple[str | Embedded, ...], dropped: list[Dropped] | None
    ) -> str:
        """Write each JSON value of a text; the prose around it stays."""
        out: list[str] = []
        values = 0
        is_only = sum(isinstance(part, Embedded) for part in parts) == 1
        for at, part in enumerate(parts):
            if isinstance(part, str):
                out.append(part)
                continue
            path = (values,)
            begins, ends = _line_ends(parts, at)
            table = is_only or (begins and ends)
            text = self._write(part.value, part.source, path, dropped, table=table)
            if text.startswith(MAGIC):
                # A table has lines of its own. An array says how many; an object ends
                # at a blank line, or "status: failed" after it would be a key of it.
                breaks = (not ends) + (type(part.value) is dict and _goes_on(parts, at))
                text = "\n" * (not begins) + text + "\n" * breaks
            out.append(text)
            values += 1
        text = "".join(out)
        # A table in a text is no table text: what decode reads is one as a whole.
        is_mixed = text.startswith(MAGIC) and any(map(str.strip, out[1:]))
        return "\n" + text if is_mixed else text

    def _write(
        self,
        value: Any,
        source: str | None,
        path: tuple[int, ...],
        dropped: list[Dropped] | None,
        *,
        table: bool = True,
    ) -> str:
        """Prune and write one JSON value, in the fewest tokens allowed."""
        tree, gone = prune(value, self._policy)
        # A second pass drops nothing, so what was left out may not count here.
        text = _announced(self._densest(tree, table=table), gone)
        # Tokens may also join what stands around a value in prose.
        margin = _PART_MARGIN if path else 0
        if source is not None and self._is_dearer(text, source, margin):
            return source
        if dropped is not None:
            if source is not None and "…" in text:
                gone = [*gone, *_cuts(tree, gone)]
            dropped += [Dropped((*path, *d.path), d.reason, d.leaves) for d in gone]
        return text

    def _is_dearer(self, text: str, source: str, margin: int) -> bool:
        """Tell whether the source as it came has fewer tokens than text and margin."""
        if len(source) > _LONG_CHARACTERS or text == source:
            return False
        surely = _BIT_SHORTER if text.startswith(MAGIC) else _BIT_SHORTER_JSON
        if len(source) > _SOURCE_CHARACTERS and len(text) < surely * len(source):
            return False
        return self._count(source) < self._count(text) + margin

    def _densest(self, tree: Any, *, table: bool) -> str:
        if self._format == "json" or not table or type(tree) not in (dict, list):
            return write_compact(tree)
        if not tree:
            return write_compact(tree)
        if self._format == "table":
            return encode_table(tree, literal=self._literal)
        plain = write_compact(tree)
        if plain.count("{") + plain.count("[") > _MOST_CONTAINERS:
            return plain
        dense = encode_table(tree, literal=self._literal)
        return dense if self._is_worthwhile(dense, plain) else plain

    def _is_worthwhile(self, dense: str, plain: str) -> bool:
        """Tell whether table text has enough fewer tokens than compact JSON."""
        surely = _SURELY_SHORTER
        if len(plain) > _LONGER_CHARACTERS:
            if len(dense) > _HARDLY_SHORTER * len(plain):
                return False
            surely = _LONGER_SURELY_SHORTER
        if _length(dense) < surely * _length(plain):
            return True
        if len(plain) > 2 * _LONG_CHARACTERS:
            ratio = self._tokens_a_character(dense) / self._tokens_a_character(plain)
            ratio *= len(dense) / len(plain)
            if abs(ratio - _WORTHWHILE) > _SAMPLE_ERROR:
                return ratio < _WORTHWHILE
        return self._count(dense) <= _WORTHWHILE * self._count(plain)

    def _tokens_a_character(self, text: str) -> float:
        """Return how many tokens a character of a long text has, from samples."""
        sample = _sample(text, _SAMPLES, _SAMPLE_CHARACTERS)
        return self._count(sample) / len(sample)


def _announced(text: str, gone: list[Gone]) -> str:
    """Name in a table's first line the kinds of values that were left out."""
    if not gone or not text.startswith(MAGIC):
        return text
    reasons = dict.fromkeys(one.reason for one in gone)
    kinds = " & ".join([_LEFT_OUT.get(reason, reason + "s") for reason in reasons])
    legend = text.removeprefix(MAGIC)
    return f"{MAGIC} left out: {kinds}{',' if legend[0] == ' ' else ''}{legend}"


def _sample(text: str, samples: int, characters: int) -> str:
    """Return pieces of a long text from all over it."""
    step = len(text) // samples
    starts = range(0, samples * step, step)
    return "\n".join([text[start : start + characters] for start in starts])


def _length(text: str) -> float:
    """Return the characters of a text without quotes, runs of one sign as tokens.

    Of a long text they are looked for in samples.
    """
    sample = _sample(text, 8, 1_000) if len(text) > _LONG_CHARACTERS else text
    spare = sum([(len(sign) - 1) * sample.count(sign) for sign in _ONE_TOKEN])
    # An empty string is a token of its own in both.
    spare += sample.count('"') - 2 * sample.count('""')
    return len(text) * (1 - spare / max(len(sample), 1))


def _cuts(tree: Any, gone: list[Gone]) -> list[Gone]:
    """Itemise markers that the text brought along, less those just made."""
    known = {d.path for d in gone}
    found: list[Gone] = []
    todo: list[tuple[tuple[str | int, ...], Any]] = [((), tree)]
    while todo:
        path, value = todo.pop()
        if type(value) is Cut:
            if path not in known:
                found.append(Gone(path, "max_depth", value.count))
        elif type(value) is dict:
            todo.extend([((*path, k), v) for k, v in reversed(value.items())])
        elif type(value) is list:
            todo.extend([((*path, i), v) for i, v in enumerate(value)][::-1])
    return found


def _restore(*values: Any) -> JSONMinifier:
    minifier = JSONMinifier.__new__(JSONMinifier)
    for name, value in zip(JSONMinifier.__slots__, values, strict=True):
        object.__setattr__(minifier, name, value)
    return minifier


def _line_ends(parts: tuple[str | Embedded, ...], at: int) -> tuple[bool, bool]:
    """Tell whether a value inside prose begins a line, and whether it ends one."""
    before = parts[at - 1] if at else "\n"
    after = parts[at + 1] if at + 1 < len(parts) else "\n"
    return (
        isinstance(before, str) and before.rstrip(" \t").endswith("\n"),
        isinstance(after, str) and after.lstrip(" \t").startswith("\n"),
    )


def _goes_on(parts: tuple[str | Embedded, ...], at: int) -> bool:
    """Tell whether words follow a value in prose without a blank line between."""
    after = parts[at + 1] if at + 1 < len(parts) else ""
    after = after if isinstance(after, str) else "-"
    rest = after.lstrip(" \t").removeprefix("\n")
    return bool(rest.partition("\n")[0].strip())

"""ToolOutputCompressor: any tool output in fewer tokens, by its kind."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from headroom.errors import InputError
from headroom.tokens import default_counter, larger_count
from headroom.tool_outputs.error_rows import with_error_rows
from headroom.tool_outputs.lossy import as_markdown, without_blobs, without_escapes
from headroom.tool_outputs.minifier import JSONMinifier
from headroom.tool_outputs.table import MAGIC
from headroom.tool_outputs.text import Folded, fold, is_folded, kind_of, unfold
from headroom.types import Compression, Dropped

__all__ = ["CompressedOutput", "ToolOutputCompressor"]

_JSON_STARTS = ("", "{", "[", '"', "\ufeff")
_GUARDED = re.compile(r"\s*(?:\)\]\}'|while|for)")
# The first line of a table: what is explained in it, in the order of the encoder. Other
# texts with that first word are no tables.
_TABLE = re.compile(
    rf"(?:\A|\n){MAGIC}(?:\n| (?:left out: |k=v |k\? |;k: |\{{k?\}} |&n |\[n\]|\{{n\}}"
    r"|bare key |[\w ]+:v |\+a\+b ))"
)
_PROSE = "not JSON: plain text"  # as the minifier says it
TRUNCATED = "not JSON: truncated"
_FOLDED = "already compressed by Headroom"
# A text with fewer members of JSON objects than this is not about the JSON in it.
_CHARACTERS_OF_A_MEMBER = 100


@dataclass(frozen=True)
class CompressedOutput(Compression[str]):
    """What ToolOutputCompressor made of an output, and the account of it.

    Attributes:
        kind: What the content was recognised as: `"json"`, `"log"`, `"text"`, …
        hidden: Lines, rows or characters that a cap hid; 0 without a cap.
        handle: The name under which the store holds the original, or None.
    """

    kind: str = "text"
    hidden: int = 0
    handle: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolOutputCompressor:
    """Shortens any tool output: JSON by a JSONMinifier, text by its kind.

    Text is folded without loss: `decode(compress(text)) == text`, byte for byte.
    Text of no known kind, and text that would be less than 3 % shorter, comes back
    unchanged. `markup`, `ansi`, `blobs` and `max_tokens` are the options that lose
    something; `explain` itemises it. Instances are immutable, picklable and safe to
    share between threads.

    Args:
        minifier: What shortens JSON.
        max_tokens: The most tokens of a result, 1 or more; None for no cap. Without
            `count_tokens` it holds in o200k_base and in cl100k_base.
        store: Where originals of capped outputs are kept, such as
            `headroom.originals.SQLiteStore(path)`: any object with `put(key, data)`
            and `get(key)`. None keeps none.
        scorer: What ranks lines by the query under a cap: "bm25", "cross-encoder",
            "embedding", or an object with `score(query, sentences)`.
        markup: `"text"` turns HTML into Markdown; scripts, styles and attributes go.
            None keeps markup.
        ansi: Keep terminal escapes and the overwritten states of progress bars.
        blobs: Keep base64; False writes its type, size and hash in its place.
        count_tokens: Tokens of a text; default `headroom.tokens.default_counter()`.

    Raises:
        ValueError: For an option out of its range.
        TypeError: For an option of the wrong type.
    """

    minifier: JSONMinifier = field(default_factory=JSONMinifier)
    max_tokens: int | None = None
    store: Any = None
    scorer: Any = "bm25"
    markup: Literal["text"] | None = None
    ansi: bool = True
    blobs: bool = True
    count_tokens: Callable[[str], int] | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.minifier, JSONMinifier):
            raise TypeError(f"minifier is a JSONMinifier, got {self.minifier!r}")
        if self.count_tokens is not None and not callable(self.count_tokens):
            raise TypeError(f"count_tokens is a function, got {self.count_tokens!r}")
        if self.max_tokens is not None:
            if type(self.max_tokens) is not int:
                raise TypeError(f"max_tokens is an int, got {self.max_tokens!r}")
            if self.max_tokens < 1:
                raise ValueError(f"max_tokens is 1 or more, got {self.max_tokens}")
            # Scorers and stores are loaded only for those who set a cap.
            from headroom.tool_outputs import capping

            capping.check_store(self.store)
            capping.scorer_of(self.scorer)
        if self.markup not in (None, "text"):
            raise ValueError(f'markup is None or "text", got {self.markup!r}')

    def compress(self, output: Any, *, query: str | None = None) -> str:
        """Return the output as shorter text.

        Args:
            output: A JSON value, JSON text, any other text (str, or bytes in UTF-8,
                16 or 32), or what JSONMinifier takes. Never changed.
            query: What the result is wanted for; decides what stays under a cap.

        Raises:
            InputError: For Python objects that have no JSON form, and for bytes that
                are not text.
        """
        return self.explain(output, query=query).content

    def explain(self, output: Any, *, query: str | None = None) -> CompressedOutput:
        """Return the same text with the account of it.

        Raises:
            InputError: As `compress`.
        """
        if query is not None and not isinstance(query, str):
            raise InputError(f"query is a text, got {type(query)}")
        whole, text = self._uncapped(output)
        return self._capped(output, whole, text, query) if self.max_tokens else whole

    def _uncapped(self, output: Any) -> tuple[CompressedOutput, str]:
        """Return the whole output shortened, and the text that a cap cuts."""
        count = self.count_tokens or default_counter()
        text, reason = _plain_text(output), None
        if text is None:
            account = self.minifier.explain(output)
            source: str = account._source
            if account.skipped is None:
                return CompressedOutput(
                    content=with_error_rows(account.content, source),
                    dropped=account.dropped,
                    kind="json",
                    _source=source,
                    _measure=count,
                ), source
            text, reason = account.content, account.skipped
        source = text
        dropped: list[Dropped] = []
        folded = Folded("folded", text, _FOLDED)
        if not _is_ours(text):
            text, dropped = self._cleaned(text)
            folded = fold(text, count)
        # Only what looks like JSON, and like no other kind of text, is broken JSON.
        # Indented JSON that is cut off looks like YAML too.
        opens = source.lstrip().startswith(("{", "["))
        is_json = folded.kind == "text" or TRUNCATED in (reason or "")
        if not opens or not is_json or _PROSE in (reason or ""):
            reason = None
        is_page = any(one.reason == "markup" for one in dropped)
        changed = folded.text != source
        return CompressedOutput(
            content=folded.text,
            dropped=tuple(dropped),
            skipped=None if changed else reason or folded.skipped,
            kind="html" if is_page else folded.kind,
            _source=source,
            _measure=count,
        ), text

    def _cleaned(self, text: str) -> tuple[str, list[Dropped]]:
        """Drop from a text what was asked to be dropped."""
        dropped: list[Dropped] = []
        if not self.ansi:
            text, some = without_escapes(text)
            dropped += some
        if not self.blobs:
            text, some = without_blobs(text)
            dropped += some
        if self.markup == "text" and kind_of(text) == "html":
            text, some = as_markdown(text)
            dropped += some
        return text, dropped

    def _capped(
        self, output: Any, whole: CompressedOutput, text: str, query: str | None
    ) -> CompressedOutput:
        """Return what of an output stays under the cap, its original in the store."""
        from headroom.tool_outputs import capping

        assert self.max_tokens is not None
        wanted = capping.Wanted(
            max_tokens=self.max_tokens,
            count_tokens=self.count_tokens or larger_count,
            query=query,
            scorer=capping.scorer_of(self.scorer),
        )
        if wanted.fits(whole.content):
            return whole
        source: str = whole._source
        handle = capping.keep_original(self.store, output, source)
        found = capping.cap_output(
            text,
            whole.content if whole.kind == "json" else None,
            replace(wanted, handle=handle),
        )
        # JSON that is cut by lines shows its source, in which nothing is dropped.
        keeps_drops = whole.kind != "json" or found.unit == "values"
        return CompressedOutput(
            content=found.content,
            dropped=(*whole.dropped, *found.dropped) if keeps_drops else found.dropped,
            kind=whole.kind,
            hidden=found.hidden,
            handle=handle,
            _source=source,
            _measure=whole._measure,
        )

    @staticmethod
    def decode(text: str) -> Any:
        """Return what `compress` was given: the text, or the JSON value.

        Exact where nothing was dropped or hidden. A text that was left unchanged
        comes back as it is; JSON text comes back as its value.

        Raises:
            DecodeError: For a folded or table text that was changed since.
        """
        if text.startswith(MAGIC) and _TABLE.match(text):
            return JSONMinifier.decode(text)
        return unfold(text)


def _plain_text(output: Any) -> str | None:
    """Return a text that holds no JSON, or None where there may be some.

    To look for JSON in a long text takes as long as to fold it.
    """
    if type(output) is not str:
        return None
    if _is_ours(output):
        return output
    if output.lstrip()[:1] in _JSON_STARTS or _GUARDED.match(output):
        return None
    members = output.count('":') + output.count("':")  # as JSON, and as Python prints
    if members * _CHARACTERS_OF_A_MEMBER > len(output):
        return None
    return output


def _is_ours(text: str) -> bool:
    """Tell whether one of our compressors wrote a text, or a table inside it.

    Such a text stays as it is.
    """
    if text.startswith("[headroom:") or is_folded(text):
        return True
    return MAGIC in text and _TABLE.search(text) is not None

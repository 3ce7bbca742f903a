"""How tokens are counted: the default counter and its offline estimate."""

import json
import threading
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from headroom.errors import InputError
from headroom.media import audio_tokens, file_tokens, image_tokens

__all__ = [
    "TokenCounter",
    "default_counter",
    "estimate_tokens",
    "larger_count",
    "message_tokens",
    "messages_tokens",
]

_ENCODING = "o200k_base"
# Of the models before gpt-4o.
_SECOND_ENCODING = "cl100k_base"
_LOAD_SECONDS = 10.0
# tiktoken panics or goes quadratic on long runs without a boundary; slices of
# 64 KB keep it linear. Source: measured on tiktoken 0.12 to 0.14.
_SLICE_CHARACTERS = 65_536

CountTokens = Callable[[str], int]

# Each character becomes the letter of its class: v vowel, a other lower case, A
# upper case, 0 digit, space, newline, "." other ASCII. Beyond ASCII the first
# UTF-8 byte tells the script, and the continuation bytes are left out.
_CLASSES = (
    (b"v", b"aeiouy"),
    (b"a", b"bcdfghjklmnpqrstvwxz"),
    (b"A", bytes(range(0x41, 0x5B))),
    (b"0", bytes(range(0x30, 0x3A))),
    (b" ", b" \t\f\v"),
    (b"\n", b"\r\n"),
    (b"p", b"\xc2\xe2\xef"),  # punctuation, symbols, full width
    (b"l", bytes(range(0xC3, 0xCA))),  # accented Latin
    (b"g", bytes(range(0xCA, 0xD0))),  # Greek
    (b"r", bytes(range(0xD0, 0xD7))),  # Cyrillic, Armenian
    (b"h", b"\xd7"),  # Hebrew
    (b"b", bytes(range(0xD8, 0xE0))),  # Arabic
    (b"i", b"\xe0"),  # Indic, Thai
    (b"t", b"\xe1"),  # Vietnamese, Georgian
    (b"j", b"\xe3"),  # kana
    (b"c", bytes(range(0xE4, 0xEA))),  # Chinese, kanji
    (b"k", bytes(range(0xEA, 0xEF))),  # Hangul
    (b"e", bytes(range(0xF0, 0xF8))),  # emoji
)
_CLASS_OF = bytes(
    next((name[0] for name, members in _CLASSES if byte in members), ord("."))
    for byte in range(256)
)
_CONTINUATION = bytes(range(0x80, 0xC0))
_VOWEL_TO_LETTER = bytes.maketrans(b"v", b"a")

# Tokens for each occurrence of a pattern of classes: a word starts, case or kind
# changes within it, digits come in threes. None is negative, so that longer text
# never has a lower estimate.
# Source: our non-negative least-squares fit to o200k_base on relative error over
# 17 MB of API responses, prose in 25 languages, code and random identifiers;
# benchmarks/token_estimate.py prints what error is left on other text.
_CONSONANT_TOKENS = ((b"av", 0.38), (b"aaa", 1.49))
_PATTERN_TOKENS = (
    (b" a", 0.45),
    (b".a", 0.87),
    (b"Aa", 0.81),
    (b"AA", 0.78),
    (b"a0", 1.89),
    (b"A0", 4.44),
    (b" 0", 2.57),
    (b".0", 1.80),
    (b"000", 1.09),
    (b" .", 1.23),
    (b"...", 0.47),
    (b"\n", 0.99),
    (b"    ", 0.07),
)
# No kind of text but blank space has more characters per token; a run of one
# vowel matches no pattern. Source: the same corpus, where indented JSON has 7.
_MOST_CHARACTERS = 16
_SCRIPT_TOKENS = (
    (b"p", 0.56),
    (b"l", 1.20),
    (b"g", 0.41),
    (b"r", 0.31),
    (b"h", 0.47),
    (b"b", 0.38),
    (b"i", 0.38),
    (b"t", 0.34),
    (b"j", 0.69),
    (b"c", 0.83),
    (b"k", 0.80),
    (b"e", 2.00),
)


def estimate_tokens(text: str) -> int:
    """Estimate the o200k tokens of `text` without any table.

    Counts patterns of character classes, in less time than tiktoken needs. Longer
    text never has a lower estimate than its beginning.

    Its error, as benchmarks/token_estimate.py prints it for text that it was not
    fitted to: API responses within 9 % each and 2 % on average, code 1 %,
    identifiers, digests and base64 4 %, English 5 %, nine other languages 10 %,
    emoji 10 %; but 22 % on URLs full of short numbers and 31 % on lines of mostly
    spaces. cl100k_base has as many tokens in JSON, code and English, and 20 to
    55 % more in other languages, which this doesn't follow.

    Returns:
        0 for "", at least 1 for anything else.
    """
    if not text:
        return 0
    utf8 = text.encode("utf-8", "surrogatepass")
    classes = utf8.translate(_CLASS_OF, _CONTINUATION)
    letters = classes.translate(_VOWEL_TO_LETTER)
    total = 1.0
    for pattern, tokens in _CONSONANT_TOKENS:
        total += tokens * classes.count(pattern)
    for pattern, tokens in _PATTERN_TOKENS:
        total += tokens * letters.count(pattern)
    if not text.isascii():
        for script, tokens in _SCRIPT_TOKENS:
            total += tokens * letters.count(script)
    return int(max(total, len(letters) / _MOST_CHARACTERS))


def _slices(text: str) -> list[str]:
    """Cut `text` into at most 64 KB pieces, at whitespace where there is any."""
    if len(text) <= _SLICE_CHARACTERS:
        return [text]
    pieces, start = [], 0
    while len(text) - start > _SLICE_CHARACTERS:
        end = start + _SLICE_CHARACTERS
        cut = max(text.rfind(" ", start, end), text.rfind("\n", start, end))
        cut = cut if cut > start else end
        pieces.append(text[start:cut])
        start = cut
    pieces.append(text[start:])
    return pieces


class TokenCounter:
    """Counts o200k tokens of a text; get the shared one by `default_counter()`.

    Attributes:
        estimated: True once any count was an estimate, because tiktoken's table
            could not be loaded or refused a text.
    """

    def __init__(self, encoding: str = _ENCODING) -> None:
        self.estimated = False
        self._encoding = encoding
        self._encode: Callable[[str], list[int]] | None = None
        self._tried = False
        self._lock = threading.Lock()

    def __call__(self, text: str) -> int:
        """Return the tokens of `text`; 0 for ""."""
        if not self._tried:
            self._load()
        if self._encode is None:
            return estimate_tokens(text)
        total = 0
        for piece in _slices(text):
            try:
                total += len(self._encode(piece))
            except ValueError:
                self.estimated = True
                total += estimate_tokens(piece)
        return total

    def __reduce__(self) -> tuple[Callable[[], "TokenCounter"], tuple[()]]:
        """Pickle as the name of the shared counter, so that workers load their own."""
        is_second = self._encoding == _SECOND_ENCODING
        return (_second_counter if is_second else default_counter, ())

    def _load(self) -> None:
        """Load tiktoken's table, or decide once to estimate."""
        with self._lock:
            if self._tried:
                return
            found: list[Callable[[str], list[int]]] = []
            failure: list[BaseException] = []

            def load() -> None:
                try:
                    import tiktoken

                    encoding = tiktoken.get_encoding(self._encoding)
                    found.append(lambda t: encoding.encode(t, disallowed_special=()))
                except BaseException as error:  # noqa: BLE001 - reported just below
                    failure.append(error)

            # tiktoken downloads without a time limit, so the limit is ours.
            thread = threading.Thread(target=load, daemon=True)
            thread.start()
            thread.join(_LOAD_SECONDS)
            self._encode = found[0] if found else None
            self.estimated = not found
            # Set before the warning, which a filter may turn into an error.
            self._tried = True
            if not found:
                reason = (
                    type(failure[0]).__name__
                    if failure
                    else f"no answer in {_LOAD_SECONDS:g} s"
                )
                warnings.warn(
                    "Token counts are estimates: tiktoken could not load "
                    f"{self._encoding} ({reason}). Set TIKTOKEN_CACHE_DIR to a folder "
                    "that holds its table, or pass count_tokens=.",
                    RuntimeWarning,
                    stacklevel=3,
                )


@cache
def default_counter() -> TokenCounter:
    """Return the process's shared counter: tiktoken o200k_base, or an estimate.

    tiktoken downloads its table on first use unless it is cached
    (`TIKTOKEN_CACHE_DIR`). Where that fails or takes over 10 seconds, counts are
    estimates: a RuntimeWarning says so once, and `estimated` is True.
    """
    return TokenCounter()


def larger_count(text: str) -> int:
    """Return the tokens of a text in o200k_base or in cl100k_base, the larger count.

    Who must hold a cap without knowing the model counts in both: outside English
    cl100k_base, the table of the models before gpt-4o, has 20 to 55 % more tokens.
    Where no table can be loaded, it is `default_counter()`'s estimate.
    """
    first = default_counter()
    tokens = first(text)
    return tokens if first.estimated else max(tokens, _second_counter()(text))


@cache
def _second_counter() -> TokenCounter:
    return TokenCounter(_SECOND_ENCODING)


def message_tokens(message: Any, count_tokens: CountTokens) -> int:
    """Return the tokens that one chat message costs, at least 3.

    3 + tokens(role) + tokens(text) + tokens(compact JSON of its tool calls)
    + 1 + tokens(name) if it has one + tokens(tool call id) if it has one.
    Pictures, sound and files cost what vendors bill for their pixels, seconds and
    pages, never their base64. Reads OpenAI chat messages, Responses items, Anthropic,
    Gemini and Converse messages, and by duck typing the messages of LangChain,
    LlamaIndex and pydantic-ai; of a shape it doesn't know, it counts the compact JSON.

    Source: the framing of 3 (and 3 a list, 1 a name) is OpenAI's cookbook "How to
    count tokens with tiktoken"; other vendors frame within a few tokens of it.
    """
    parts = _Parts()
    _read_message(message, parts)
    total = 3 + count_tokens(parts.role) + parts.media
    if parts.texts:
        total += count_tokens("\n".join(parts.texts))
    if parts.calls:
        total += count_tokens(compact_json(parts.calls))
    if parts.name:
        total += 1 + count_tokens(parts.name)
    return total + sum(count_tokens(call_id) for call_id in parts.call_ids)


def messages_tokens(messages: Iterable[Any], count_tokens: CountTokens) -> int:
    """Return the tokens of a list of messages: 3 more than theirs; 3 for none."""
    return 3 + sum(message_tokens(message, count_tokens) for message in messages)


def compact_json(value: Any) -> str:
    """Return `value` as JSON without spaces; objects by their fields or `str`.

    Raises:
        InputError: `value` contains itself, or more levels than Python can follow.
    """
    try:
        try:
            return _dumped(value)
        except TypeError:  # a key that JSON doesn't have, such as a tuple
            return _dumped(_with_plain_keys(value))
    except (RecursionError, ValueError) as error:
        raise InputError(
            f"a value that cannot be written as JSON ({error}); pass plain JSON, "
            "less deep, and nothing that contains itself"
        ) from error


def _dumped(value: Any) -> str:
    return json.dumps(
        value, separators=(",", ":"), ensure_ascii=False, default=_plain_object
    )


def _with_plain_keys(value: Any) -> Any:
    """Return `value` with each key that JSON doesn't have spelt by `str`."""
    if isinstance(value, Mapping):
        plain = {}
        for key, item in value.items():
            known = key is None or isinstance(key, str | int | float)
            plain[key if known else str(key)] = _with_plain_keys(item)
        return plain
    if isinstance(value, list | tuple):
        return [_with_plain_keys(item) for item in value]
    return value


def field_of(message: Any, key: str) -> Any:
    """Return an entry of a mapping or an attribute of an object; None if missing."""
    if isinstance(message, Mapping):
        return message.get(key)
    return getattr(message, key, None)


def _plain_object(value: Any) -> Any:
    """Return what JSON should show for an object it doesn't know."""
    dump = getattr(value, "model_dump", None)
    return dump(exclude_none=True) if callable(dump) else str(value)


@dataclass(slots=True)
class _Parts:
    """What of a message costs tokens."""

    role: str = ""
    texts: list[str] = field(default_factory=list)
    calls: list[Any] = field(default_factory=list)
    name: str = ""
    call_ids: list[str] = field(default_factory=list)
    media: int = 0


_ROLE_OF_TYPE = {"human": "user", "ai": "assistant", "AIMessageChunk": "assistant"}


def _read_message(message: Any, parts: _Parts) -> None:
    """Collect into `parts` what `message` holds, whatever its shape."""
    role, kind = field_of(message, "role"), field_of(message, "type")
    role = getattr(role, "value", role)
    if field_of(message, "kind") in ("request", "response"):
        _read_pydantic_ai(message, parts)
        return
    if isinstance(role, str):
        parts.role = role
    elif isinstance(kind, str):
        kind_role = "tool" if kind.endswith("_output") else "assistant"
        content_key = field_of(message, "content")
        parts.role = _ROLE_OF_TYPE.get(kind, kind if content_key else kind_role)
        if content_key is None and isinstance(message, Mapping):
            _read_block(message, parts)
            return
    elif not isinstance(message, Mapping):
        parts.texts.append(str(message))
        return
    blocks = field_of(message, "blocks")
    _read_content(blocks if blocks is not None else field_of(message, "content"), parts)
    _read_content(field_of(message, "parts"), parts)
    extra = field_of(message, "additional_kwargs") or {}
    calls = field_of(message, "tool_calls")
    if calls is None and isinstance(extra, Mapping):
        calls = extra.get("tool_calls")
    if isinstance(calls, list | tuple):
        # LangChain repeats in tool_calls the tool_use blocks of the content.
        seen = {field_of(call, "id") for call in parts.calls}
        parts.calls += [call for call in calls if field_of(call, "id") not in seen]
    legacy_call = field_of(message, "function_call")
    if legacy_call:
        parts.calls.append(legacy_call)
    audio = field_of(message, "audio")
    for holder, key in (
        (message, "refusal"),
        (message, "reasoning_content"),
        (audio, "transcript"),
    ):
        if isinstance(text := field_of(holder, key), str):
            parts.texts.append(text)
    if isinstance(name := field_of(message, "name"), str):
        parts.name = name
    call_id = field_of(message, "tool_call_id")
    if call_id is None and isinstance(extra, Mapping):
        call_id = extra.get("tool_call_id")
    if call_id:
        parts.call_ids.append(str(call_id))


def _read_pydantic_ai(message: Any, parts: _Parts) -> None:
    """Collect a request or response of pydantic-ai."""
    parts.role = "user" if field_of(message, "kind") == "request" else "assistant"
    for part in field_of(message, "parts") or ():
        content, name = field_of(part, "content"), field_of(part, "tool_name")
        if isinstance(content, str | list | tuple):
            _read_content(content, parts)
        elif content is not None:
            parts.texts.append(compact_json(content))
        if str(field_of(part, "part_kind")).endswith("tool-call"):
            parts.calls.append({"name": name, "args": field_of(part, "args")})
        if call_id := field_of(part, "tool_call_id"):
            parts.call_ids.append(str(call_id))


def _read_content(content: Any, parts: _Parts) -> None:
    """Collect a message's content: text, blocks, or anything else as its text."""
    if content is None or content == "":
        return
    if isinstance(content, str):
        parts.texts.append(content)
    elif isinstance(content, bytes):
        parts.media += file_tokens(content)
    elif isinstance(content, list | tuple):
        for block in content:
            if isinstance(block, str):
                parts.texts.append(block)
            else:
                _read_block(block, parts)
    elif isinstance(content, Mapping):
        _read_block(content, parts)
    else:
        parts.texts.append(str(content))


_TEXT_KEYS = ("text", "thinking", "refusal", "output", "result")
_MEDIA_TYPES = ("image", "input_image", "image_url", "computer_screenshot")
_FILE_TYPES = ("document", "file", "input_file", "audio", "input_audio", "video")
# Where a block keeps a file that is given inline.
_HOLDERS = (
    "inlineData",
    "inline_data",
    "fileData",
    "file_data",
    "source",
    "file",
    "input_audio",
)


def _read_block(block: Any, parts: _Parts) -> None:
    """Collect one content block, Gemini part or Responses item."""
    kind = field_of(block, "type") or field_of(block, "block_type") or ""
    if kind in _MEDIA_TYPES:
        parts.media += _image_tokens(block)
        return
    if kind in _FILE_TYPES or (
        not kind and any(field_of(block, k) is not None for k in _HOLDERS[:4])
    ):
        _media_tokens(block, str(kind), parts)
        return
    call = _call_of(block, str(kind))
    if call is not None:
        parts.calls.append(call)
        if field_of(block, "call_id"):
            parts.call_ids.append(str(field_of(block, "call_id")))
        return
    answered = field_of(block, "tool_use_id") or field_of(block, "call_id")
    if answered:
        parts.call_ids.append(str(answered))
    response = field_of(block, "functionResponse") or field_of(
        block, "function_response"
    )
    if response is not None:
        parts.texts.append(compact_json(response))
        return
    found = False
    for key in _TEXT_KEYS:
        value = field_of(block, key)
        if isinstance(value, str):
            parts.texts.append(value)
            found = True
        elif isinstance(value, list | tuple | Mapping):
            _read_content(value, parts)
            found = True
    for key in ("content", "summary"):
        value = field_of(block, key)
        if value is not None:
            _read_content(value, parts)
            found = True
    opaque = ("cache", "cachePoint", "redacted_thinking", "item_reference", "reasoning")
    if not found and not answered and kind not in opaque:
        parts.texts.append(compact_json(block))


def _call_of(block: Any, kind: str) -> Any:
    """Return the JSON value that a tool call in a block costs, or None."""
    gemini = field_of(block, "functionCall") or field_of(block, "function_call")
    if gemini is not None:
        return gemini
    if kind == "tool_call" and field_of(block, "tool_name") is not None:
        return {
            "id": field_of(block, "tool_call_id"),
            "name": field_of(block, "tool_name"),
            "arguments": field_of(block, "tool_kwargs"),
        }
    keys: tuple[str, ...]
    if kind in ("tool_use", "server_tool_use", "mcp_tool_use", "tool_call"):
        keys = ("id", "name", "input", "args")
    elif kind.endswith("_call"):
        keys = ("name", "arguments", "input", "action", "queries")
    else:
        return None
    return {key: value for key in keys if (value := field_of(block, key)) is not None}


def _media_tokens(block: Any, kind: str, parts: _Parts) -> None:
    """Count a picture, sound or file; collect the text of one that is text."""
    for key in _HOLDERS:
        inner = field_of(block, key)
        if inner is None:
            continue
        mime = str(field_of(inner, "mimeType") or field_of(inner, "mime_type") or "")
        mime = mime or str(field_of(inner, "media_type") or field_of(inner, "format"))
        for name in ("data", "file_data", "bytes"):
            data = field_of(inner, name)
            if data is None:
                continue
            if field_of(inner, "type") == "text" or (
                mime.startswith("text/") and key == "source"
            ):
                _read_content(data, parts)
            elif "audio" in kind or "audio" in key:
                parts.media += audio_tokens(data, mime)
            else:
                parts.media += file_tokens(data, mime)
            return
        if field_of(inner, "content") is not None:
            _read_content(field_of(inner, "content"), parts)
            return
    for name in ("file_data", "data", "base64", "audio", "video"):
        if isinstance(data := field_of(block, name), str | bytes):
            mime = str(field_of(block, "mime_type") or "")
            sound = "audio" in kind and not mime
            parts.media += audio_tokens(data) if sound else file_tokens(data, mime)
            return
    parts.media += file_tokens(None)


def _image_tokens(block: Any) -> int:
    """Return the tokens of a block that holds a picture."""
    url = field_of(block, "image_url")
    inner = url if isinstance(url, Mapping) else field_of(block, "source")
    detail = field_of(block, "detail") or field_of(inner, "detail")
    found = (
        field_of(inner, "data"),
        field_of(block, "data"),
        field_of(block, "base64"),
        field_of(inner, "url"),
        url,
        field_of(block, "image"),
    )
    return image_tokens(next(filter(None, found), None), detail)

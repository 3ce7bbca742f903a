"""How tokens are counted: the default counter and its offline estimate."""

import threading
import warnings
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

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
    pages, never their base64. Reads the messages of every kind that
    `ConversationCompressor` reads; of anything else, it counts the compact JSON.

    Source: the framing of 3 (and 3 a list, 1 a name) is OpenAI's cookbook "How to
    count tokens with tiktoken"; other vendors frame within a few tokens of it.
    """
    from headroom.messages import read_message

    return read_message(message).tokens(count_tokens)


def messages_tokens(messages: Iterable[Any], count_tokens: CountTokens) -> int:
    """Return the tokens of a list of messages: 3 more than theirs; 3 for none."""
    return 3 + sum(message_tokens(message, count_tokens) for message in messages)

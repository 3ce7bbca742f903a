"""How tokens are counted: the default counter and its offline estimate."""

import re
import threading
import warnings
from collections.abc import Callable
from functools import cache

__all__ = ["TokenCounter", "default_counter", "estimate_tokens"]

_ENCODING = "o200k_base"
_LOAD_SECONDS = 10.0
# tiktoken panics or goes quadratic on long runs without a boundary; slices of
# 64 KB keep it linear. Source: measured on tiktoken 0.12 to 0.14.
_SLICE_CHARACTERS = 65_536

CountTokens = Callable[[str], int]

_PIECE = re.compile(r"[A-Za-z]+|[0-9]+|\s+|[^\W\d_]+|.", re.DOTALL)


def estimate_tokens(text: str) -> int:
    """Estimate the o200k tokens of `text` without any table; 0 for "".

    A count by kind of piece, not a measurement.
    """
    total = 0.0
    for piece in _PIECE.findall(text):
        first = piece[0]
        if first.isspace():
            total += 0 if piece == " " else 1
        elif first.isascii() and first.isalpha():
            total += max(1.0, len(piece) / 6)
        elif first.isascii() and first.isdigit():
            total += (len(piece) + 2) // 3
        else:
            total += max(1.0, len(piece) * 0.6) if first.isalpha() else 0.7
    return max(1, round(total)) if text else 0


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

    def __init__(self) -> None:
        self.estimated = False
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
        return (default_counter, ())

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

                    encoding = tiktoken.get_encoding(_ENCODING)
                    found.append(lambda text: encoding.encode(text, disallowed_special=()))
                except BaseException as error:  # noqa: BLE001 - handed to the caller's thread
                    failure.append(error)

            # tiktoken downloads without a time limit, so the limit is ours.
            thread = threading.Thread(target=load, daemon=True)
            thread.start()
            thread.join(_LOAD_SECONDS)
            if found:
                self._encode = found[0]
            else:
                self.estimated = True
                reason = repr(failure[0]) if failure else f"no answer in {_LOAD_SECONDS} s"
                warnings.warn(
                    f"Token counts are estimates: tiktoken could not load {_ENCODING} "
                    f"({reason}). Set TIKTOKEN_CACHE_DIR to a folder that holds its "
                    "table, or pass count_tokens=.",
                    RuntimeWarning,
                    stacklevel=3,
                )
            self._tried = True


@cache
def default_counter() -> TokenCounter:
    """Return the process's shared counter: tiktoken o200k_base, or an estimate.

    tiktoken downloads its table on first use unless it is cached
    (`TIKTOKEN_CACHE_DIR`). Where that fails or takes over 10 seconds, counts are
    estimates: a RuntimeWarning says so once, and `estimated` is True.
    """
    return TokenCounter()

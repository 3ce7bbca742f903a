"""What was sent for a text, so that it is sent again byte for byte."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable

__all__ = ["Remembered"]

# Far more than a context window of a million tokens holds in tool results.
_MOST_CHARACTERS = 32_000_000


class Remembered:
    """Maps texts to what is sent in their place; bounded, safe between threads.

    Whoever is first decides: two threads with the same text send the same bytes.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[bytes, str | None] = OrderedDict()
        self._characters = 0

    def get(self, text: str, make: Callable[[str], str], kind: str = "") -> str:
        """Return what was sent for `text`; else make it, and keep it.

        Args:
            text: The text as the caller has it.
            make: Called only for a text that is not known.
            kind: Texts of different kinds are remembered apart.
        """
        data = f"{kind}\0{text}".encode("utf-8", "surrogatepass")
        key = hashlib.blake2b(data, digest_size=16).digest()
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                known = self._known[key]
                return text if known is None else known
        made = make(text)
        with self._lock:
            if key not in self._known:
                # A text that stays as it is needs no copy of it.
                self._known[key] = None if made == text else made
                self._characters += len(self._known[key] or "")
            known = self._known[key]
            while self._characters > _MOST_CHARACTERS and len(self._known) > 1:
                _, oldest = self._known.popitem(last=False)
                self._characters -= len(oldest or "")
        return text if known is None else known

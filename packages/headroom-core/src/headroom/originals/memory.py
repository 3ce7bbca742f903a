"""Originals in this process's memory."""

import threading
import time
from collections import OrderedDict
from typing import Any

from headroom.originals.limits import check_limits

__all__ = ["MemoryStore"]


class MemoryStore:
    """Keeps originals in memory, the latest ones up to a size; safe between threads.

    They are gone with the process, and a pickled store arrives empty.

    Args:
        max_bytes: Size of all originals together; the least recently used go first.
            An original that is larger alone is not kept.
        max_age: Seconds after which an original is gone; None for no limit.
        plain_text: Keep originals as they are, not sealed.

    Raises:
        ValueError: For a limit that is not above 0.
    """

    def __init__(
        self,
        *,
        max_bytes: int = 64 * 1024 * 1024,
        max_age: float | None = None,
        plain_text: bool = False,
    ) -> None:
        check_limits(max_bytes, max_age)
        self.max_bytes = max_bytes
        self.max_age = max_age
        self.plain_text = plain_text
        self._lock = threading.Lock()
        self._bytes = 0
        self._kept: OrderedDict[str, tuple[bytes, float]] = OrderedDict()

    def put(self, key: str, data: bytes) -> None:
        """Keep the data; the least recently used go if there is no room."""
        with self._lock:
            self._remove(key)
            self._kept[key] = (bytes(data), time.monotonic())
            self._bytes += len(data)
            while self._bytes > self.max_bytes:
                self._remove(next(iter(self._kept)))

    def get(self, key: str) -> bytes | None:
        """Return the data, None if it is not or no longer there."""
        with self._lock:
            if key not in self._kept:
                return None
            data, stored = self._kept[key]
            if self.max_age is not None and time.monotonic() - stored > self.max_age:
                self._remove(key)
                return None
            self._kept.move_to_end(key)
            return data

    def _remove(self, key: str) -> None:
        if key in self._kept:
            self._bytes -= len(self._kept.pop(key)[0])

    def __reduce__(self) -> tuple[Any, ...]:
        return _empty, (self.max_bytes, self.max_age, self.plain_text)


def _empty(max_bytes: int, max_age: float | None, plain_text: Any) -> MemoryStore:
    return MemoryStore(max_bytes=max_bytes, max_age=max_age, plain_text=plain_text)

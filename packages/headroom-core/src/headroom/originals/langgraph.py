"""Originals in a LangGraph BaseStore."""

import base64
from dataclasses import KW_ONLY, dataclass
from typing import Any

from headroom.originals.limits import check_limits

__all__ = ["LangGraphStore"]


@dataclass(frozen=True)
class LangGraphStore:
    """Keeps originals in a LangGraph BaseStore: in memory, Postgres or Redis.

    Sizes are the BaseStore's own affair; so are ages, unless it supports `ttl`.

    Args:
        store: A `langgraph.store.base.BaseStore`.
        namespace: Where in it the originals are.
        max_age: Seconds after which an original is gone, where the store supports
            it; None leaves it to the store.
        plain_text: Keep originals as they are, not sealed.

    Raises:
        TypeError: `store` has no `put` and `get`.
    """

    store: Any
    namespace: tuple[str, ...] = ("headroom", "originals")
    _: KW_ONLY
    max_age: float | None = None
    plain_text: bool = False

    def __post_init__(self) -> None:
        check_limits(None, self.max_age)
        for verb in ("put", "get"):
            if not callable(getattr(self.store, verb, None)):
                raise TypeError(f"store={self.store!r:.80}; pass a LangGraph BaseStore")

    def put(self, key: str, data: bytes) -> None:
        """Keep the data, as base64 in a JSON value; it is not indexed."""
        options: dict[str, Any] = {"index": False}
        if self.max_age is not None and getattr(self.store, "supports_ttl", False):
            options["ttl"] = self.max_age / 60  # minutes
        value = {"data": base64.b64encode(data).decode()}
        self.store.put(self.namespace, key, value, **options)

    def get(self, key: str) -> bytes | None:
        """Return the data, None if it is not or no longer there."""
        item = self.store.get(self.namespace, key)
        return None if item is None else base64.b64decode(item.value["data"])

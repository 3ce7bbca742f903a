"""Stores for the originals of tool outputs that a cap shortened.

A store is any object with `put(key, data)` and `get(key)`. Four are here: in memory,
in an SQLite file, in a LangGraph BaseStore and in Redis.
"""

from headroom.originals.langgraph import LangGraphStore
from headroom.originals.memory import MemoryStore
from headroom.originals.redis import RedisStore
from headroom.originals.sealing import (
    PART_BEGINS,
    RETRIEVE,
    Store,
    handle_of,
    keep,
    original,
    stores_in_use,
)
from headroom.originals.sqlite import SQLiteStore

__all__ = [
    "PART_BEGINS",
    "RETRIEVE",
    "LangGraphStore",
    "MemoryStore",
    "RedisStore",
    "SQLiteStore",
    "Store",
    "handle_of",
    "keep",
    "original",
    "stores_in_use",
]

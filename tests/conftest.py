"""Tokens are counted with the table that llama-index-core carries, offline."""

import importlib.util
import os
from pathlib import Path

_spec = importlib.util.find_spec("llama_index.core")
if _spec and _spec.origin:
    os.environ.setdefault(
        "TIKTOKEN_CACHE_DIR",
        str(Path(_spec.origin).parent / "_static" / "tiktoken_cache"),
    )

"""Headroom for LangChain.

The adapter classes arrive with their own release; nothing is exported yet.
"""

__all__: list[str] = []

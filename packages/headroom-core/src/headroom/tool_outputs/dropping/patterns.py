"""The keys and paths that a caller names."""

import re
from collections.abc import Iterable
from typing import Any

__all__ = ["Patterns", "unmatched"]

_STARS = re.compile(r"(\*\*\.|\*\*|\*)")
# An index in a path as `explain` and the command print it: `items[3].note`.
_INDEX = re.compile(r"\[(?:\*|[0-9]+)\](?=\.|\[|$)")


class Patterns:
    """Several patterns as one question.

    A pattern is a key ("url"), a path from the root ("user.url", in which arrays and
    indices such as `[*]` count for nothing), or either with `*` for any part of one key
    and `**` for any number of keys. A key that holds dots matches as it is spelled too.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        # A path that begins with an index begins with a dot now, as all do here.
        plain = [_INDEX.sub("", p.removeprefix("$.")) for p in patterns]
        self.any = bool(plain)
        self.exact = frozenset(plain)
        self.key = _compiled([p for p in plain if "*" in p], "", ".*")
        paths = [p.removeprefix(".") for p in plain if "." in p]
        self.path = _compiled(paths, r"\.", r"[^.]*")

    def match(self, key: str, path: str) -> bool:
        """Tell whether a member was named.

        Args:
            key: Its key.
            path: Its path as ".user.url"; needed only where `self.path` is not None.
        """
        return (
            key in self.exact
            or (self.key is not None and self.key.fullmatch(key) is not None)
            or (self.path is not None and self.path.fullmatch(path) is not None)
        )

    def match_inside(self, value: Any, path: str) -> bool:
        """Tell whether anything inside a value was named; `path` is the value's."""
        todo = [(value, path)]
        while todo:
            value, path = todo.pop()
            if type(value) is list:
                todo += [(item, path) for item in value]
            elif type(value) is dict:
                for key, item in value.items():
                    inner = f"{path}.{key}"
                    if self.match(key, inner):
                        return True
                    todo.append((item, inner))
        return False


def unmatched(patterns: Iterable[str], value: Any) -> list[str]:
    """Return the patterns that name no member of a tree."""
    return [p for p in patterns if not Patterns([p]).match_inside(value, "")]


def _compiled(patterns: list[str], prefix: str, star: str) -> re.Pattern[str] | None:
    """Return one expression for all patterns; `star` is what `*` stands for."""
    if not patterns:
        return None
    stars = {"**.": r"(?:.*\.)?", "**": ".*", "*": star}
    translated = (
        prefix
        + "".join(stars.get(part, re.escape(part)) for part in _STARS.split(pattern))
        for pattern in patterns
    )
    return re.compile("|".join(translated), re.DOTALL)

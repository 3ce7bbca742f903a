"""What a caller lets go: the policy, and the keys and paths that it names."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["NamedKeys", "Policy"]


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be dropped; everything off drops nothing.

    Attributes:
        drop_nulls: Members of records that are null.
        drop_empty: Members of records that are "", [] or {}, or that became {}.
        drop_links: Addresses that only a program calls, and decorating pictures.
        drop_opaque: Ids and bookkeeping that nobody acts on.
        exclude_keys: Members to drop: a key ("url"), a dotted path from the root
            ("user.url", arrays count for nothing), or either with `*` for any part of
            one key and `**` for any number of keys.
        keep_keys: Members that stay with all that is in them, spelled likewise; they
            win over everything else.
        max_depth: Keys on the way from the root beyond which values are cut, 1 or
            more, or None.
    """

    drop_nulls: bool = True
    drop_empty: bool = True
    drop_links: bool = True
    drop_opaque: bool = True
    exclude_keys: tuple[str, ...] = ()
    keep_keys: tuple[str, ...] = ()
    max_depth: int | None = None

    def __post_init__(self) -> None:
        for name in ("drop_nulls", "drop_empty", "drop_links", "drop_opaque"):
            if not isinstance(getattr(self, name), bool):
                raise TypeError(f"{name} is True or False, got {getattr(self, name)!r}")
        for name in ("exclude_keys", "keep_keys"):
            object.__setattr__(self, name, _keys(name, getattr(self, name)))
        depth = self.max_depth
        if depth is not None:
            if not isinstance(depth, int) or isinstance(depth, bool):
                raise TypeError(f"max_depth is a whole number or None, got {depth!r}")
            if depth < 1:
                raise ValueError(f"max_depth is at least 1, got {depth}")

    @property
    def drops_nothing(self) -> bool:
        """Whether every value comes out of `prune` as it is."""
        return not (
            self.drop_nulls
            or self.drop_empty
            or self.drop_links
            or self.drop_opaque
            or self.exclude_keys
            or self.max_depth is not None
        )


def _keys(name: str, keys: Iterable[str]) -> tuple[str, ...]:
    if isinstance(keys, str):
        raise TypeError(f"{name} is a list of keys; write {name}=[{keys!r}]")
    try:
        keys = tuple(keys)
    except TypeError:
        raise TypeError(f"{name} is a list of keys, got {keys!r}") from None
    for key in keys:
        if not isinstance(key, str):
            raise TypeError(f"{name} holds strings, got {key!r}")
    return keys


class NamedKeys:
    """The keys and paths that a caller named, as one question each."""

    def __init__(self, patterns: tuple[str, ...]) -> None:
        self.any = bool(patterns)
        self.exact = frozenset(patterns)
        self.key = _compiled([p for p in patterns if "*" in p], "", ".*")
        self.path = _compiled([p for p in patterns if "." in p], r"\.", r"[^.]*")

    def match_key(self, key: str) -> bool:
        """Tell whether a key was named, wherever it stands."""
        return key in self.exact or (
            self.key is not None and self.key.fullmatch(key) is not None
        )

    def match_path(self, dotted: str) -> bool:
        """Tell whether a path such as ".user.url" was named."""
        return self.path is not None and self.path.fullmatch(dotted) is not None


def _compiled(patterns: list[str], prefix: str, star: str) -> re.Pattern[str] | None:
    """Return one expression for all patterns; `star` is what `*` stands for."""
    if not patterns:
        return None
    stars = {"**.": r"(?:.*\.)?", "**": ".*", "*": star}
    translated = (
        prefix
        + "".join(
            stars.get(part, re.escape(part))
            for part in re.split(r"(\*\*\.|\*\*|\*)", pattern)
        )
        for pattern in patterns
    )
    return re.compile("|".join(translated), re.DOTALL)

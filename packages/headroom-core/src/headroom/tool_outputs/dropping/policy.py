"""The options that say what may be dropped."""

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Policy"]

_SWITCHES = ("drop_nulls", "drop_empty", "drop_links", "drop_opaque")
_PATTERNS = ("exclude_keys", "keep_keys", "only_keys")


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be dropped: the options of JSONMinifier, checked."""

    drop_nulls: bool = False
    drop_empty: bool = False
    drop_links: bool = True
    drop_opaque: bool = True
    exclude_keys: tuple[str, ...] = ()
    keep_keys: tuple[str, ...] = ()
    only_keys: tuple[str, ...] = ()
    max_depth: int | None = None

    def __post_init__(self) -> None:
        for name in _SWITCHES:
            if not isinstance(getattr(self, name), bool):
                raise TypeError(f"{name} is True or False, got {getattr(self, name)!r}")
        for name in _PATTERNS:
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
        return (
            not any(getattr(self, name) for name in _SWITCHES)
            and not (self.exclude_keys or self.only_keys)
            and self.max_depth is None
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

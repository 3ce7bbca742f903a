"""Sizes and ages that a store accepts as its limits."""

__all__ = ["check_limits"]


def check_limits(max_bytes: int | None, max_age: float | None) -> None:
    """Raise unless both limits are above 0 or None.

    Raises:
        ValueError: One is 0 or less.
        TypeError: One is no number.
    """
    for name, value, kinds in (
        ("max_bytes", max_bytes, (int,)),
        ("max_age", max_age, (int, float)),
    ):
        if value is None:
            continue
        if not isinstance(value, kinds) or isinstance(value, bool):
            raise TypeError(f"{name}={value!r}; pass a number")
        if value <= 0:
            raise ValueError(f"{name}={value!r}; pass a number above 0")

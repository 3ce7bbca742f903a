"""What the adapters' constructors are given: refused where it is of no use."""

from typing import Any

__all__ = ["check_compressor", "check_kind", "refuse_unknown"]


def refuse_unknown(kind: Any, values: Any, hint: str, *known: str) -> Any:
    """Return the values that a model is made of; pydantic would drop unknown ones.

    Args:
        kind: The pydantic model.
        values: What it is made of: a dict of its arguments, else left alone.
        hint: What to pass instead.
        known: Names that are no fields and may be there.

    Raises:
        ValueError: If there is an argument that the model doesn't have.
    """
    if not isinstance(values, dict):
        return values
    names = {*known, *kind.model_fields}
    names |= {field.alias for field in kind.model_fields.values() if field.alias}
    unknown = [name for name in values if name not in names]
    if unknown:
        raise ValueError(
            f"{kind.__name__} takes no {', '.join(map(str, unknown))}; {hint}. It "
            f"takes {', '.join(kind.model_fields)}"
        )
    return values


def check_kind(value: Any, kind: type, name: str, *, optional: bool = True) -> None:
    """Refuse a value that is not of a kind now, not when it is first used.

    Args:
        value: What was passed; None is right where it is optional.
        kind: What is to be passed.
        name: The argument.
        optional: Whether None is right.

    Raises:
        TypeError: If it is of another kind.
    """
    if isinstance(value, kind) or (optional and value is None):
        return
    instead = f"pass {kind.__name__}(...)" + (", or None" if optional else "")
    raise TypeError(f"{name}={value!r:.100}; {instead}")


def check_compressor(value: Any, name: str, *, optional: bool = True) -> None:
    """Refuse a value that cannot compress now, not when it is first used.

    Args:
        value: A ToolOutputCompressor, a JSONMinifier, or any object whose
            `compress(text)` returns a shorter text.
        name: The argument.
        optional: Whether None is right.

    Raises:
        TypeError: If it has no such method.
    """
    if optional and value is None:
        return
    # The compressors of documents and conversations take no text.
    other = ("headroom.documents", "headroom.conversations")
    is_other = isinstance(value, type) or type(value).__module__.startswith(other)
    if not is_other and callable(getattr(value, "compress", None)):
        return
    instead = "pass ToolOutputCompressor(...), or an object with compress(text)"
    raise TypeError(f"{name}={value!r:.100}; {instead}" + (", or None" * optional))

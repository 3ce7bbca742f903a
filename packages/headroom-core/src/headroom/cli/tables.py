"""A table as data; `screen` prints it in a terminal, `charts` on a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["Table"]


@dataclass(frozen=True)
class Table:
    """Rows of cells, as they are shown everywhere.

    Attributes:
        heads: Names of the columns.
        rows: As many cells each.
        title: Of the whole, or "".
        texts: Columns of texts; all others are figures.
        totals: So many rows at the end sum the others up.
        styles: Of some rows, by index: words that rich knows.
    """

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    title: str = ""
    texts: Sequence[int] = (0,)
    totals: int = 0
    styles: Mapping[int, str] = field(default_factory=dict)

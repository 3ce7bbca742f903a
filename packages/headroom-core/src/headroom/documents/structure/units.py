"""Units: what a document is made of."""

from typing import NamedTuple

__all__ = ["Unit"]


class Unit(NamedTuple):
    """A piece of a document that is kept or dropped whole.

    Attributes:
        document: The document's place in the input.
        start: First character in the document.
        end: One past the last. Neither end is whitespace, but for the indentation of
            code, data and items, which says what they stand under.
        kind: "sentence"; "lines" (of an address or menu); "heading", "post" (who posted
            what is below), "item", "field",
            "header", "section" and "row" (of a table), "data" (indented), "code",
            "log", "trace";
            "contents" for a line of a table of contents, "markup" for page numbers and
            lone tags, "piece" for a part of a text without full stops.
        heading: Position among all units of the heading above it, or None.
        intro: Position of what introduces it: a table's header, the sentence before
            a list, the question it answers; or None.
        needs: Positions of other units without which it would mean something else: a
            parent item or key, a section row, the first line of a record.
        block: Number of the block it is in; a paragraph is one block.
    """

    document: int
    start: int
    end: int
    kind: str
    heading: int | None = None
    intro: int | None = None
    needs: tuple[int, ...] = ()
    block: int = 0

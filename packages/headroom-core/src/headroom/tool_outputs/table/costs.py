"""Estimated tokens, for choosing among ways to write the same value."""

import re

from headroom.tool_outputs.table.graph import Item

__all__ = [
    "COLON",
    "COMMA",
    "DEFINITION",
    "EMPTY",
    "QUESTION_MARK",
    "SMALLEST",
    "USE",
    "Costs",
]

# What stands around values. Source: averages over cl100k and o200k on REST payloads;
# only proportions matter, since what is chosen is counted in the end.
COMMA = 0.8
COLON = 1.0
EMPTY = 0.4  # an empty cell
QUESTION_MARK = 0.3
DEFINITION = 4.0  # "&1:" and a line end
USE = 2.2  # "&1"
# What is smaller is not written elsewhere: a reader would look it up for too little.
SMALLEST = 4.0

# What mostly is one token each; the rest of a text is counted by its length.
_TOKENISH = re.compile(r"[A-Z]?[a-z]{1,8}|[A-Z]{1,3}|[0-9]{1,3}|[^\x00-\x7f]")
_HEAD_CHARACTERS = 24
# What a container costs the row it stands in: it may well be written elsewhere.
_CONTAINER = 8.0


class Costs(dict[Item, float]):
    """Estimated tokens of cells and names, computed when first asked for.

    Source: fitted by hand to cl100k and o200k on REST payloads; within a quarter on
    most cells.
    """

    def __missing__(self, item: Item) -> float:
        if type(item) is not str:
            return _CONTAINER
        head = item if len(item) <= _HEAD_CHARACTERS else item[:_HEAD_CHARACTERS]
        cost = 0.95 * len(_TOKENISH.findall(head)) + len(head) / 20
        if head is not item:
            cost *= len(item) / _HEAD_CHARACTERS
        self[item] = cost
        return cost

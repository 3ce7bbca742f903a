"""Estimated tokens, for choosing among ways to write the same value."""

import re

from headroom.tool_outputs.table.graph import Item

__all__ = [
    "COLON",
    "COMMA",
    "DEFINITION",
    "EMPTY",
    "SMALLEST",
    "SMALLEST_CONTAINER",
    "USE",
    "Costs",
    "cost_of_reading",
]

# What stands around values. Source: averages over cl100k and o200k on REST payloads;
# only proportions matter, since what is chosen is counted in the end.
COMMA = 0.8
COLON = 1.0
EMPTY = 0.4  # an empty cell
DEFINITION = 4.0  # "&1:" and a line end
USE = 2.2  # "&1"
# What is smaller is not written elsewhere: a reader would look it up for too little.
SMALLEST = 4.0
SMALLEST_CONTAINER = 10.0

# Source: between 2 and 4 characters a token, 125 recorded payloads come out equally
# small, and smaller than when word pieces are counted, as below.
_CHARACTERS_PER_TOKEN = 3.0
_AT_LEAST = 0.5
# What a container costs the row it stands in: it may well be written elsewhere.
_CONTAINER = 8.0


class Costs(dict[Item, float]):
    """Estimated tokens of cells and names, for choosing how to lay out a table."""

    def __missing__(self, item: Item) -> float:
        if type(item) is not str:
            return _CONTAINER
        cost = self[item] = _AT_LEAST + len(item) / _CHARACTERS_PER_TOKEN
        return cost


# What mostly is one token each; the rest of a text is counted by its length.
_TOKENISH = re.compile(r"[A-Z]?[a-z]{1,8}|[A-Z]{1,3}|[0-9]{1,3}|[^\x00-\x7f]")
_HEAD_CHARACTERS = 24


def cost_of_reading(cell: str) -> float:
    """Estimate the tokens of one cell more closely, to judge what a reader is spared.

    Source: fitted by hand to cl100k and o200k on REST payloads; within a quarter on
    most cells.
    """
    head = cell[:_HEAD_CHARACTERS]
    cost = 0.95 * len(_TOKENISH.findall(head)) + len(head) / 20
    return cost * max(len(cell) / _HEAD_CHARACTERS, 1.0)

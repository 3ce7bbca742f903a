"""Estimated tokens, for choosing among ways to write the same value."""

from headroom.tool_outputs.table.graph import Item

__all__ = ["COLON", "COMMA", "EMPTY", "Costs"]

# What stands around values. Source: averages over cl100k and o200k on REST payloads;
# only proportions matter, since what is chosen is counted in the end.
COMMA = 0.8
COLON = 1.0
EMPTY = 0.4  # an empty cell

# Source: between 2 and 4 characters a token, 125 recorded payloads come out equally
# small, and within 0.1 % of what they are when word pieces are counted.
_CHARACTERS_PER_TOKEN = 3.0
_AT_LEAST = 0.5
# What a container costs the row it stands in: it may well be written elsewhere.
_CONTAINER = 8.0


class Costs(dict[Item, float]):
    """Estimated tokens of cells and names, for choosing how to lay out a table."""

    def __init__(self) -> None:
        # The comma of an empty cell mostly is one token with the next.
        self[""] = EMPTY - COMMA

    def __missing__(self, item: Item) -> float:
        if type(item) is not str:
            return _CONTAINER
        cost = self[item] = _AT_LEAST + len(item) / _CHARACTERS_PER_TOKEN
        return cost

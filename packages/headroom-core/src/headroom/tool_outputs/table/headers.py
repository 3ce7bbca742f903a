"""Where headers stand: beside the place they serve, or named once at the top."""

from collections import Counter
from collections.abc import Collection, Iterable

from headroom.tool_outputs.table.graph import Graph, Item
from headroom.tool_outputs.table.notation import bare_key

__all__ = ["Headers"]

_LONGEST_NAME_CHARACTERS = 20
# How many of an object's values must be of one kind so that its keys are names that
# somebody gave, and one header is expected under all of them. Below, headers named
# at each value are as short.
_LEAST_SHARE_OF_A_MAP = 2 / 3

# A place that holds objects: (schema, 0, key) for a field of a header, (-1, node, key)
# for a key of one object, and this for the document itself.
Place = tuple[int, int, str]
DOCUMENT: Place = (-1, -1, "")


class Headers:
    """Which header is expected at each place, and which headers have names.

    Attributes:
        names: The name (`@user`) of each schema that needs one.
        maps: Objects used as maps: their values share a header, as array items do.
    """

    def __init__(
        self,
        graph: Graph,
        schema_of: list[int],
        n_schemas: int,
        written_once: Collection[Item],
        opened: Collection[int],
    ) -> None:
        self._graph = graph
        self._schema_of = schema_of
        # Their members have lines of their own.
        self._opened = opened
        self.maps: set[int] = set()
        self._find_maps()
        counts = self._count()
        self._expected: dict[Place, int] = {}
        # The headers in which each header would stand.
        self._owners: dict[int, set[int]] = {}
        wanted = Counter[int]()
        explicit: set[int] = set()
        for place, found in counts.items():
            top = max(found, key=lambda schema: found[schema])
            self._expected[place] = top
            wanted[top] += 1
            if place[0] >= 0:
                self._owners.setdefault(top, set()).add(place[0])
            if len(found) > 1:
                explicit.update(schema for schema in found if schema != top)
        for item in written_once:
            # What stands in a line of its own has no place that expects a header.
            explicit.update(self._below([item]))
        self.names = self._name(
            [
                schema
                for schema in range(n_schemas)
                if wanted[schema] != 1
                or schema in explicit
                or self._contains_itself(schema)
            ]
        )

    def at(self, node: int, name: str) -> int:
        """Return the schema expected under a key of an object without header, or -1."""
        return self._expected.get((-1, node, name), -1)

    def of_field(self, schema: int, name: str) -> int:
        """Return the schema expected in a field of a header, or -1."""
        return self._expected.get((schema, 0, name), -1)

    def of_document(self) -> int:
        """Return the schema expected in the document's own array, or -1."""
        return self._expected.get(DOCUMENT, -1)

    def _find_maps(self) -> None:
        graph = self._graph
        for node, nested in graph.nested.items():
            if (
                graph.shape[node] < 0
                or self._schema_of[node] >= 0
                or node in self._opened
            ):
                continue
            if len(nested) < 2 or 2 * len(nested) < len(graph.items[node]):
                continue
            found = self._below([node], enter=True)
            items = graph.items[node]
            # An empty object or array is of any kind.
            filled = sum([bool(graph.items[items[i]]) for i in nested])  # type: ignore[index]
            most = max(found.values(), default=0)
            if most > 1 and most >= _LEAST_SHARE_OF_A_MAP * filled:
                self.maps.add(node)

    def _count(self) -> dict[Place, dict[int, int]]:
        """Count the schemas of the objects at each place."""
        graph, schema_of = self._graph, self._schema_of
        counts: dict[Place, dict[int, int]] = {}
        for node, nested in graph.nested.items():
            shape = graph.shape[node]
            if shape < 0 or node in self.maps:
                continue
            owner = schema_of[node]
            keys, items = graph.shapes[shape], graph.items[node]
            for i in nested:
                item = items[i]
                own = schema_of[item]  # type: ignore[index]
                if own < 0 and item not in graph.nested:
                    continue
                found = {} if own >= 0 else self._below([item])
                if own < 0 and not found:
                    continue
                place = (owner, 0 if owner >= 0 else node, keys[i])
                known = counts.get(place)
                if known is None:
                    known = counts[place] = {}
                if own >= 0:
                    known[own] = known.get(own, 0) + 1
                else:
                    for schema, n in found.items():
                        known[schema] = known.get(schema, 0) + n
        found = self._below([graph.root])
        if found:
            counts[DOCUMENT] = found
        return counts

    def _below(self, items: Iterable[Item], *, enter: bool = False) -> dict[int, int]:
        """Count the schemas of objects in `items`, through arrays and maps.

        With `enter` the items themselves are gone through, whatever they are.
        """
        graph = self._graph
        found: dict[int, int] = {}
        todo = [i for i in items if type(i) is int]
        while todo:
            item = todo.pop()
            own = self._schema_of[item]
            if own >= 0:
                found[own] = found.get(own, 0) + 1
            elif enter or graph.shape[item] < 0 or item in self.maps:
                enter = False
                inner = graph.items[item]
                todo.extend([inner[i] for i in graph.nested.get(item, ())])  # type: ignore[misc]
        return found

    def _contains_itself(self, schema: int) -> bool:
        """Tell whether a header would have to stand inside itself."""
        seen: set[int] = set()
        todo = [schema]
        while todo:
            for owner in self._owners.get(todo.pop(), ()):
                if owner == schema:
                    return True
                if owner not in seen:
                    seen.add(owner)
                    todo.append(owner)
        return False

    def _name(self, schemas: list[int]) -> dict[int, str]:
        """Name schemas after the key they stand under, `h` if there are several."""
        hints: dict[int, str] = {}
        for (_, _, name), schema in self._expected.items():
            last = name.rpartition(".")[2]
            if hints.setdefault(schema, last) != last:
                hints[schema] = "h"
        names: dict[int, str] = {}
        used: dict[str, int] = {}
        for schema in schemas:
            hint = hints.get(schema, "")
            if not (
                bare_key(hint)
                and hint.isascii()
                and len(hint) <= _LONGEST_NAME_CHARACTERS
            ):
                hint = "h"
            # A number after a letter or underscore can't be taken for another hint.
            n = used[hint] = used.get(hint, 0) + 1
            mark = "_" if hint[-1].isdigit() else ""
            is_first = n == 1 and hint != "h"
            names[schema] = f"@{hint}" if is_first else f"@{hint}{mark}{n}"
        return names

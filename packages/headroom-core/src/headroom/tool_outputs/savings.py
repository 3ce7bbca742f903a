"""What was saved on the results of each tool."""

from threading import Lock
from typing import NamedTuple

__all__ = ["ToolSaving", "ToolSavings"]


class ToolSaving(NamedTuple):
    """What was saved on the results of one tool.

    Attributes:
        results: Results that were compressed.
        tokens_before: Their tokens as the tool wrote them.
        tokens_after: Their tokens as the model got them.
    """

    results: int = 0
    tokens_before: int = 0
    tokens_after: int = 0

    @property
    def tokens_saved(self) -> int:
        """Tokens before less tokens after."""
        return self.tokens_before - self.tokens_after


class ToolSavings:
    """Totals by tool, counted while an agent runs; safe to share between threads."""

    def __init__(self) -> None:
        self._by_tool: dict[str, ToolSaving] = {}
        self._lock = Lock()

    def add(self, tool: str, tokens_before: int, tokens_after: int) -> None:
        """Count one result of a tool."""
        with self._lock:
            old = self._by_tool.get(tool, ToolSaving())
            self._by_tool[tool] = ToolSaving(
                old.results + 1,
                old.tokens_before + tokens_before,
                old.tokens_after + tokens_after,
            )

    @property
    def by_tool(self) -> dict[str, ToolSaving]:
        """The totals of each tool so far, by its name."""
        with self._lock:
            return dict(self._by_tool)

    @property
    def total(self) -> ToolSaving:
        """The totals of all tools together."""
        sums = zip(*self.by_tool.values(), strict=True)
        return ToolSaving(*map(sum, sums))

    def __str__(self) -> str:
        lines = [
            f"{name}: {one.results} results, {one.tokens_before:,} tokens -> "
            f"{one.tokens_after:,} ({one.tokens_saved:,} saved)"
            for name, one in [*sorted(self.by_tool.items()), ("all", self.total)]
        ]
        return "\n".join(lines)

    def __reduce__(self) -> tuple[type["ToolSavings"], tuple[()]]:
        # A copy in another process counts for itself.
        return ToolSavings, ()

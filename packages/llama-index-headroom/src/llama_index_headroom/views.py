"""What of a chat history is shown to the model within a token budget.

Decides, and leaves writing the digest to `ConversationCompressor`.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import accumulate

from llama_index.core.llms import ChatMessage

from headroom.conversations.block import parse
from headroom.conversations.turns import group_starts, kept_in_place, turn_starts
from headroom.messages import Message, read_messages
from llama_index_headroom.tokens import content_tokens

__all__ = ["History"]

# Texts joined by a space count at most so many tokens less, for each message, than
# apart: a word after a space is often one token where alone it is two or three.
_SPARED_BY_JOINING = 3


class History:
    """A chat history that has to be shown in at most `room` tokens of content.

    Attributes:
        messages: The history; never changed.
        room: Tokens there are for it, 0 or more.
    """

    def __init__(
        self,
        messages: Sequence[ChatMessage],
        room: int,
        count: Callable[[str], int],
    ) -> None:
        self.messages = list(messages)
        self.room = room
        self._count = count
        self._texts = [message.content or "" for message in self.messages]
        # A number after a space is a token more than alone, and users may count
        # either way: the budget is to hold both ways.
        spaced = [
            max(0, count(" " + text) - count(text)) if text else 0
            for text in self._texts
        ]
        self._costs = [
            content_tokens(message, count) + more
            for message, more in zip(self.messages, spaced, strict=True)
        ]

    @cached_property
    def fits(self) -> bool:
        """Whether it can be shown as it is, counted as ChatMemoryBuffer does."""
        excess = sum(self._costs) - self.room
        if excess <= 0:
            return True
        if excess > _SPARED_BY_JOINING * len(self.messages):
            return False
        texts, count = [text for text in self._texts if text], self._count
        apart = sum(max(count(text), count(" " + text)) for text in texts)
        return excess <= apart - count(" ".join(texts))

    def shown(self, compressed: list[ChatMessage] | None) -> list[ChatMessage]:
        """Return the view: all of it, what a compressor made of it, or whole turns.

        Args:
            compressed: None where it was not asked or found no room. Without a digest
                its result is no better than leaving whole turns out.
        """
        if self.fits:
            return self.messages
        for view in read_messages(compressed or ()):
            if compressed and view.role == "user" and parse(view.text):
                return compressed
        return self._whole_turns()

    def _whole_turns(self) -> list[ChatMessage]:
        """Return the view without a digest: whole turns go, the oldest first.

        Of a last turn that is too big, tool calls with their results go.
        """
        fitting = (at for at in self._starts if self._shows(at, self.room))
        start = next(fitting, None)
        if start is None:
            start = self._cut_for(self.room)
        return [
            message
            for at, message in enumerate(self.messages)
            if at >= start or self._kept[at] or at == self._asked
        ]

    @cached_property
    def _views(self) -> list[Message]:
        return read_messages(self.messages)

    @cached_property
    def _kept(self) -> list[bool]:
        return kept_in_place(self._views)

    @cached_property
    def _starts(self) -> list[int]:
        return turn_starts(self._views) or [0]

    @property
    def _last(self) -> int:
        """Index at which the last turn starts."""
        return self._starts[-1]

    @property
    def _asked(self) -> int | None:
        """Index of the last user message, None if there is none."""
        return self._last if self._views[self._last].role == "user" else None

    @cached_property
    def _from(self) -> list[int]:
        """Tokens of what does not stay anyway, from each index to the end."""
        free = [
            0 if kept or at == self._asked else cost
            for at, (cost, kept) in enumerate(zip(self._costs, self._kept, strict=True))
        ]
        return [*reversed(list(accumulate(reversed(free)))), 0]

    @cached_property
    def _staying(self) -> int:
        """Tokens of system and pinned messages and of the last user message."""
        return sum(self._costs) - self._from[0]

    def _shows(self, start: int, room: int) -> bool:
        """Whether what stays and all from `start` on are at most `room` tokens."""
        return self._staying + self._from[start] <= room

    def _cut_for(self, room: int) -> int:
        """Return the first cut in the last turn that leaves at most `room` tokens.

        The last cut if none does.
        """
        cuts = self._cuts()
        return next((cut for cut in cuts if self._shows(cut, room)), cuts[-1])

    def _cuts(self) -> list[int]:
        """Return where the last turn may be cut, by the core's rules.

        Its end is among them, unless the model has yet to read a tool's result:
        without that it would call again, and again.
        """
        views, first = self._views, self._last + (self._asked is not None)
        cuts = [first, *(at for at in group_starts(views) if at > first)]
        answered = not (views[-1].results or views[-1].calls)
        if self._asked is not None and answered:
            cuts.append(len(views))
        return cuts

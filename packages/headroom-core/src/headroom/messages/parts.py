"""The parts of one message while it is read, and the blocks that all vendors share."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from headroom.fields import compact_json, field_of, text_field
from headroom.messages.files import File, file_in
from headroom.messages.readable import readable
from headroom.messages.view import Call, Cost, Message, Result

__all__ = ["BlockReader", "Parts", "parsed"]

# Reads a block into the parts and returns True, or returns False for a block that it
# does not know. Takes the block, its type ("" if it has none) and the parts.
BlockReader = Callable[[Any, str, "Parts"], bool]


class _Label(str):
    """Stands for something that is not text, which costs otherwise."""

    __slots__ = ()


class Parts:
    """What was found in a message so far.

    Attributes:
        texts: Texts for a reader, in order.
        calls: Tool calls.
        results: Answers to tool calls.
        opaque: As in `Message`.
        pinned: As in `Message`.
        is_history: As in `Message`.
    """

    __slots__ = (
        "_files",
        "_ids",
        "_readers",
        "_spelt",
        "_unread",
        "calls",
        "is_history",
        "opaque",
        "pinned",
        "results",
        "texts",
    )

    def __init__(self, readers: Sequence[BlockReader]) -> None:
        self._readers = readers
        self.texts: list[str] = []
        self.calls: list[Call] = []
        self.results: list[Result] = []
        self.opaque = self.pinned = self.is_history = False
        self._spelt: list[Any] = []
        self._ids: list[str] = []
        self._files: list[File] = []
        # Texts that cost tokens and are no text for a reader, or stand in a result.
        self._unread: list[str] = []

    def view(self, source: Any, role: str, name: str = "") -> Message:
        """Return the view of the message that was read."""
        said = (text for text in self.texts if type(text) is not _Label)
        return Message(
            source,
            role,
            "\n".join(self.texts),
            tuple(self.calls),
            tuple(self.results),
            self.opaque,
            self.pinned,
            name,
            self.is_history,
            Cost(
                (*said, *self._unread),
                tuple(self._spelt),
                tuple(self._ids),
                tuple(self._files),
            ),
        )

    def call(self, call_id: Any, name: Any, arguments: Any, spelt: Any = None) -> None:
        """Add a tool call.

        Args:
            call_id: Its id, None if it has none.
            name: The tool's name.
            arguments: Its arguments, as a value or as JSON.
            spelt: What the model gets of it, if that is more than those three.
        """
        self.calls.append(Call(str(call_id or ""), str(name or ""), parsed(arguments)))
        plain = {"id": call_id, "name": name, "arguments": arguments}
        self._spelt.append(plain if spelt is None else spelt)

    def result(self, call_id: Any, name: Any, text: str, spelt: Any = None) -> None:
        """Add a tool's answer.

        Args:
            call_id: Id of the call, None if it has none.
            name: The tool's name, if told.
            text: The answer for a reader.
            spelt: What the model gets of it, if that is more than the text.
        """
        self.results.append(Result(str(call_id or ""), str(name or ""), text))
        self._unread.append(text if spelt is None else compact_json(spelt))
        self._ids += [str(call_id)] if call_id else []

    def results_from_texts(self, call_id: Any, name: str, prefix: str = "") -> None:
        """Make the texts of a tool's message its answer, unless there is one."""
        if not self.results:
            said = [text for text in self.texts if type(text) is not _Label]
            text = prefix + "\n".join(self.texts)
            self.result(call_id or name, name, text)
            self._unread[-1] = "\n".join(said)
            self.texts.clear()

    def think(self, *thoughts: Any) -> None:
        """Add what only the vendor reads, though the model gets it as text."""
        self.opaque = True
        self._unread += filter(None, map(readable, thoughts))

    def answers(self, call_id: Any) -> None:
        """Note the id of a call that a message names beside its content."""
        if call_id and str(call_id) not in self._ids:
            self._ids.append(str(call_id))

    def read(self, content: Any) -> None:
        """Read a message's content: text, blocks, or anything else as its text."""
        if content is None or content == "":
            return
        if isinstance(content, list | tuple):
            for block in content:
                if isinstance(block, str):
                    self.texts.append(block)
                else:
                    self._read_block(block)
        elif isinstance(content, Mapping):
            self._read_block(content)
        elif isinstance(content, bytes):
            self.label(f"[{len(content)} bytes omitted]", File("file", content))
        else:
            self.texts.append(str(content))

    def text_of(self, content: Any) -> str:
        """Return the text of content that is nested in a block."""
        inner = Parts(self._readers)
        inner.read(content)
        self._files += inner._files
        return "\n".join(inner.texts)

    def label(self, label: str, file: File | None = None) -> None:
        """Add a label for what is no text."""
        self.texts.append(_Label(label))
        self._files += [file] if file else []

    def file(self, block: Any, kind: str) -> bool:
        """Read a picture, sound or file into the parts, if the block holds one.

        Of a file of plain text it is the text.
        """
        found = file_in(block, kind)
        if found and (text := found.text):
            self.texts.append("\n".join(filter(None, [found.name, text])))
        elif found:
            self.label(found.label, found)
        return found is not None

    def _read_block(self, block: Any) -> None:
        kind = str(field_of(block, "type") or field_of(block, "block_type") or "")
        if any(read(block, kind, self) for read in self._readers):
            return
        text = text_field(block, "text", "refusal")
        if text is not None:
            self.texts.append(text)
        elif self.file(block, kind):
            pass
        elif isinstance(content := field_of(block, "content"), str | list | tuple):
            self.read(content)
        elif isinstance(block, Mapping) and not kind:
            self.texts.append(compact_json(block))
        else:
            self.label(f"[{kind or type(block).__name__} omitted]")
            self._unread.append(compact_json(block))


def parsed(arguments: Any) -> Any:
    """Return arguments as the value they spell, or as they are."""
    if not isinstance(arguments, str):
        return arguments
    try:
        return json.loads(arguments)
    except (ValueError, RecursionError):
        return arguments

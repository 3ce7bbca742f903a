"""Cases: the same content plain and compressed, and questions about it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from headroom.compressors import (
    ConversationCompressor,
    JSONMinifier,
    SemanticCompressor,
    ToolOutputCompressor,
)
from headroom.errors import DecodeError
from headroom.types import RAGContext
from headroom.verification.matching import folded, holds
from headroom.verification.questions import Question, made_questions

__all__ = ["Case", "parsed"]


@dataclass(frozen=True)
class Case:
    """The same content as two texts, and questions that are asked about both.

    Attributes:
        name: How reports name it.
        plain: The text that a reader gets without Headroom.
        compressed: The text that a reader gets with it.
        questions: May be empty.
    """

    name: str
    plain: str
    compressed: str
    questions: tuple[Question, ...]

    @classmethod
    def from_payload(
        cls,
        data: Any,
        *,
        name: str = "payload",
        compressor: JSONMinifier | ToolOutputCompressor | None = None,
        questions: Sequence[Question] = (),
        made: int = 12,
        seed: int = 0,
    ) -> "Case":
        """Return the case of a tool output; its plain text is compact JSON.

        Args:
            data: A JSON value, or any text (str or bytes).
            name: How reports name it.
            compressor: Default `ToolOutputCompressor()`.
            questions: Your own.
            made: How many more to make from the data; none are made of text that is
                not JSON.
            seed: The same seed makes the same questions.
        """
        compressed = (compressor or ToolOutputCompressor()).compress(data)
        text = data if isinstance(data, str) else None
        if isinstance(data, bytes | bytearray):
            text = bytes(data).decode(json.detect_encoding(data)).removeprefix("\ufeff")
        # Any other value is what its JSON says.
        source = JSONMinifier.lossless(format="json").compress(data)
        try:
            value = parsed(source if text is None else text)
            more = made_questions(value, compressed, made, seed)
        except (ValueError, DecodeError, RecursionError):
            plain, more = source if text is None else text, ()
        else:
            plain = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        own = tuple(_placed(one, plain, compressed) for one in questions)
        return cls(name, plain, compressed, own + more)

    @classmethod
    def from_documents(
        cls,
        query: str,
        documents: Sequence[str],
        answers: Sequence[str],
        *,
        name: str = "documents",
        compressor: SemanticCompressor | None = None,
    ) -> "Case":
        """Return the case of a question and the documents retrieved for it."""
        compressor = compressor or SemanticCompressor()
        kept = compressor.compress(RAGContext(query, documents))
        plain, short = "\n\n".join(documents), "\n\n".join(kept)
        asked = _placed(Question(query, tuple(answers)), plain, short)
        return cls(name, plain, short, (asked,))

    @classmethod
    def from_messages(
        cls,
        messages: Sequence[dict[str, Any]],
        questions: Sequence[Question],
        *,
        compressor: ConversationCompressor,
        name: str = "messages",
    ) -> "Case":
        """Return the case of a transcript; both texts have a paragraph a message."""
        plain, short = map(_script, (messages, compressor.compress(list(messages))))
        asked = tuple(_placed(one, plain, short) for one in questions)
        return cls(name, plain, short, asked)


def parsed(text: str) -> Any:
    """Return the value of JSON, or the list of values of JSON lines.

    Raises:
        ValueError: If it is neither; the text of the first reason.
    """
    try:
        return json.loads(text)
    except ValueError as reason:
        lines = [line for line in text.split("\n") if line.strip()]
        if len(lines) < 2:
            raise
        try:
            return [json.loads(line) for line in lines]
        except ValueError:
            raise reason from None


def _placed(question: Question, plain: str, compressed: str) -> Question:
    """Return a question of the user's with where its answer stands in both texts.

    Its device is "literal" if the answer stands in both, "dropped" if it is no longer
    in the compressed one, "" if it is in neither.
    """
    spans = [_span(text, question.answers) for text in (plain, compressed)]
    device = "literal" if spans[1] else "dropped" if spans[0] else ""
    return replace(
        question, device=device, plain_span=spans[0], compressed_span=spans[1]
    )


def _span(text: str, answers: Sequence[str]) -> tuple[int, int] | None:
    """Return where the first answer stands that stands in a text at all."""
    low = folded(text)
    for answer in answers:
        if holds(low, folded(answer)):
            at = max(0, text.casefold().find(answer.casefold()))
            return at, at + len(answer)
    return None


def _script(messages: Sequence[dict[str, Any]]) -> str:
    """Return messages as a text: the role, and what was said or called."""
    parts = []
    for message in messages:
        rest = {key: each for key, each in message.items() if key != "role"}
        content = rest.get("content")
        if isinstance(content, str) and not rest.keys() - {"content", "tool_call_id"}:
            said = content
        else:
            said = json.dumps(rest, ensure_ascii=False, default=str)
        parts.append(f"{message.get('role', '')}: {said}")
    return "\n\n".join(parts)

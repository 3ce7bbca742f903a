"""Documents that the caller marked in messages, pruned to what the question needs.

Marked is: text between `<document>` and `</document>` (or `<document index="1">`, with
`<document_content>` inside or not), and in Anthropic's content the blocks `document`
with a text source and `search_result`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from headroom.errors import InputError
from headroom.fields import field_of, replaced
from headroom.types import RAGContext

__all__ = ["has_documents", "question_of", "with_documents"]

Explain = Callable[[RAGContext], Any]

_MARKED = re.compile(
    r"<(document|document_content)(?:\s[^<>]*)?>"
    r"((?:(?!</?document(?:_content)?[\s>]).)*)</\1>",
    re.DOTALL,
)
_TEXT_TYPES = ("text", "input_text")
# What stands for a document of which nothing is needed: vendors refuse empty text.
_NOTHING = "[nothing relevant]"


@dataclass(slots=True)
class _Found:
    """Documents in the order in which they stand, and what replaces them."""

    texts: list[str] = field(default_factory=list)
    replacements: list[str] | None = None
    _next: int = 0

    def visit(self, text: str) -> str:
        """Note a document, or hand out its replacement on the second walk."""
        if self.replacements is None:
            self.texts.append(text)
            return text
        self._next += 1
        return self.replacements[self._next - 1]


def has_documents(content: Any) -> bool:
    """Tell whether a message's content holds a marked document."""
    found = _Found()
    _walk(content, found)
    return bool(found.texts)


def question_of(content: Any) -> str:
    """Return what a content says outside of its documents."""
    if isinstance(content, str):
        return _MARKED.sub(" ", content).strip()
    if not isinstance(content, list | tuple):
        return ""
    said = [
        block if isinstance(block, str) else field_of(block, "text")
        for block in content
        if isinstance(block, str) or (field_of(block, "type") or "text") in _TEXT_TYPES
    ]
    texts = [_MARKED.sub(" ", text).strip() for text in said if isinstance(text, str)]
    return "\n".join(filter(None, texts))


def with_documents(content: Any, question: str, explain: Explain) -> Any:
    """Return a content with its documents pruned together against a question.

    The same object if nothing changes.
    """
    found = _Found()
    _walk(content, found)
    if not found.texts or not question:
        return content
    kept = getattr(explain(RAGContext(question, tuple(found.texts))), "kept", None)
    if kept is None:
        raise InputError(
            "documents must explain which documents it kept: pass a "
            "SemanticCompressor, or an object whose explain(context) has .kept"
        )
    texts = [_NOTHING] * len(found.texts)
    for document in kept:
        texts[document.index] = document.text
    found.replacements = [
        new if len(new) < len(old) else old
        for new, old in zip(texts, found.texts, strict=True)
    ]
    return _walk(content, found)


def _walk(content: Any, found: _Found) -> Any:
    """Visit each document of a content; return it with what `found` replaces."""
    if isinstance(content, str):
        return _walk_text(content, found)
    if not isinstance(content, list | tuple):
        return content
    blocks = [_walk_block(block, found) for block in content]
    if all(new is old for new, old in zip(blocks, content, strict=True)):
        return content
    return tuple(blocks) if isinstance(content, tuple) else blocks


def _walk_text(text: str, found: _Found) -> str:
    if "<document" not in text:
        return text

    def visit(match: re.Match[str]) -> str:
        inner = match[2]
        if not inner.strip():
            return match[0]
        body = inner.strip()
        start = match.start(2) - match.start() + inner.index(body)
        whole = match[0]
        return whole[:start] + found.visit(body) + whole[start + len(body) :]

    new = _MARKED.sub(visit, text)
    return text if new == text else new


def _walk_block(block: Any, found: _Found) -> Any:
    if isinstance(block, str):
        return _walk_text(block, found)
    kind = field_of(block, "type")
    if (kind or "text") in _TEXT_TYPES:
        return _with(block, "text", lambda text: _walk_text(text, found))
    if field_of(field_of(block, "citations"), "enabled") is True:
        # The vendor's citations point into the document as it was sent.
        return block
    if kind == "document":
        source = field_of(block, "source")
        if field_of(source, "type") != "text":
            return block
        new = _with(source, "data", found.visit)
        return block if new is source else replaced(block, "source", new)
    if kind == "search_result":
        parts = field_of(block, "content")
        if not isinstance(parts, list | tuple):
            return block
        return _with_parts(block, parts, found)
    return block


def _with_parts(block: Any, parts: Sequence[Any], found: _Found) -> Any:
    new = [_with(part, "text", found.visit) for part in parts]
    if all(a is b for a, b in zip(new, parts, strict=True)):
        return block
    return replaced(block, "content", new)


def _with(holder: Any, key: str, change: Callable[[str], str]) -> Any:
    """Return the holder of a text with it changed; the same object if it is not."""
    text = field_of(holder, key)
    if not isinstance(text, str) or not text.strip():
        return holder
    new = change(text)
    return holder if new == text else replaced(holder, key, new)

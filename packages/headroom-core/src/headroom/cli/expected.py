"""Files in which users say what they expect to survive."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headroom.errors import InputError

__all__ = ["Expected", "Question", "read_expected", "read_questions"]

Scalar = str | int | float | bool | None

_ROW = "write one JSON object a line"


@dataclass(frozen=True)
class Question:
    """A query, the documents that were retrieved for it, and answers to look for.

    Attributes:
        answers: Spellings of the answer; one of them is enough.
    """

    query: str
    documents: tuple[str, ...]
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Expected:
    """A value that must survive in a payload.

    Attributes:
        payload: The file's name in its folder, with or without its ending.
        answers: Spellings of the value; one of them is enough.
        path: Keys and indices that lead to it, or None for anywhere.
    """

    payload: str
    answers: tuple[Scalar, ...]
    path: tuple[str | int, ...] | None = None


def read_questions(path: Path) -> list[Question]:
    """Return the questions of a file of JSON lines.

    Raises:
        InputError: If a line is not a question; it names the line.
    """
    questions = []
    for where, row in _rows(path, f"{_ROW}; for payloads, name their folder"):
        documents = row.get("documents")
        if not isinstance(row.get("query"), str) or not isinstance(documents, list):
            raise InputError(
                f'{where} needs "query": a text, and "documents": a list of texts'
            )
        given = [one.get("text") if isinstance(one, dict) else one for one in documents]
        texts = [text for text in given if isinstance(text, str)]
        if len(texts) < len(given):
            raise InputError(
                f'{where}: each document is a text, or an object with "text"'
            )
        answers = tuple(map(str, _answers(where, row)))
        questions.append(Question(row["query"], tuple(texts), answers))
    return questions


def read_expected(path: Path) -> list[Expected]:
    """Return the expected values of a file of JSON lines.

    Raises:
        InputError: If a line does not say what is expected; it names the line.
    """
    values = []
    for where, row in _rows(path, _ROW):
        if not isinstance(row.get("payload"), str):
            raise InputError(f'{where} needs "payload": the name of a file')
        steps = row.get("path")
        if steps is not None and not isinstance(steps, list):
            raise InputError(f'{where}: "path" is a list of keys and indices')
        values.append(
            Expected(
                row["payload"],
                _answers(where, row),
                None if steps is None else tuple(steps),
            )
        )
    return values


def _rows(path: Path, form: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each object of a file with the words that say where it is.

    Args:
        path: The file.
        form: What to write instead, where a line is no object.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8: {error}") from error
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        where = f"{path}, line {number}:"
        try:
            row = json.loads(line)
        except ValueError as error:
            raise InputError(f"{where} not JSON: {error}; {form}") from error
        if not isinstance(row, dict):
            raise InputError(f"{where} not an object; {form}")
        yield where, row


def _answers(where: str, row: dict[str, Any]) -> tuple[Scalar, ...]:
    """Return the answers of a row; at least one."""
    given = row.get("answers", [row["answer"]] if "answer" in row else None)
    if not isinstance(given, list) or not given:
        raise InputError(f'{where} needs "answers": a list of what must survive')
    if any(isinstance(one, list | dict) for one in given):
        raise InputError(f'{where} "answers" are texts, numbers, true, false or null')
    return tuple(given)

"""Files in which users say what they expect to survive."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from headroom.cli.measure import is_ours, payload_files
from headroom.compressors import (
    ConversationCompressor,
    SemanticCompressor,
    ToolOutputCompressor,
)
from headroom.errors import HeadroomError, InputError
from headroom.verification import Case
from headroom.verification import questions as asked

__all__ = ["Expected", "Question", "read_cases", "read_expected", "read_questions"]

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
        query: How to ask for it, or None.
    """

    payload: str
    answers: tuple[Scalar, ...]
    path: tuple[str | int, ...] | None = None
    query: str | None = None


def read_questions(path: Path) -> list[Question]:
    """Return the questions of a file of JSON lines.

    Raises:
        InputError: If a line is not a question; it names the line.
    """
    questions = []
    for where, row in _rows(path, f"{_ROW}; for payloads, name their folder"):
        if not isinstance(row.get("query"), str):
            raise InputError(
                f'{where} needs "query": a text, and "documents": a list of texts'
            )
        texts = _documents(where, row)
        answers = tuple(map(str, _answers(where, row)))
        questions.append(Question(row["query"], tuple(texts), answers))
    return questions


def _documents(where: str, row: dict[str, Any]) -> list[str]:
    """Return the texts of a row's documents."""
    documents = row.get("documents")
    if not isinstance(documents, list):
        raise InputError(
            f'{where} needs "query": a text, and "documents": a list of texts'
        )
    given = [one.get("text") if isinstance(one, dict) else one for one in documents]
    texts = [text for text in given if isinstance(text, str)]
    if len(texts) < len(given):
        raise InputError(f'{where}: each document is a text, or an object with "text"')
    return texts


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
                row.get("query"),
            )
        )
    return values


def read_cases(
    paths: Sequence[str],
    *,
    compressor: ToolOutputCompressor,
    documents: SemanticCompressor,
    conversation: ConversationCompressor,
    made: int,
    seed: int,
) -> list[Case]:
    """Return the cases of payload files, of folders, and of files of questions.

    Args:
        paths: Files and folders.
        compressor: For payloads.
        documents: For questions with documents.
        conversation: For questions with messages.
        made: How many questions to make from each payload.
        seed: Which.

    Raises:
        InputError: If a file or a line can't be read; it names it.
    """
    own: dict[Path, list[asked.Question]] = defaultdict(list)
    cases = []
    asking = [file for file in _jsonl_files(paths) if is_ours(file)]
    for file in asking:
        for where, row in _rows(file, _ROW):
            query = row.get("query")
            if not isinstance(query, str):
                continue  # an expected value of `tune`, which asks nothing
            answers = tuple(map(asked.spelling, _answers(where, row)))
            name = where.removesuffix(":")
            if "documents" in row:
                texts = _documents(where, row)
                compress = partial(
                    Case.from_documents, query, texts, answers, compressor=documents
                )
            elif "messages" in row:
                messages = _messages(where, row, file.parent)
                own_question = [asked.Question(query, answers)]
                compress = partial(
                    Case.from_messages, messages, own_question, compressor=conversation
                )
            elif isinstance(row.get("payload"), str):
                payload = (file.parent / row["payload"]).resolve()
                own[payload].append(asked.Question(query, answers))
                continue
            else:
                raise InputError(f'{where} needs "documents", "messages" or "payload"')
            try:
                cases.append(compress(name=name))
            except HeadroomError as error:
                raise InputError(f"{where} {error}") from error
    files = [one for one in payload_files(tuple(paths)) if one[1] not in asking]
    known = {path.resolve() for _, path in files}
    files += [(path.name, path) for path in own if path not in known]
    for name, path in files:
        try:
            case = Case.from_payload(
                path.read_bytes(),
                name=name,
                compressor=compressor,
                questions=own[path.resolve()],
                made=made,
                seed=seed,
            )
        except HeadroomError as error:
            raise InputError(f"{name}: {error}") from error
        cases.append(case)
    if not any(case.questions for case in cases):
        raise InputError("there is nothing to ask: no JSON payload, no question")
    return cases


def _jsonl_files(paths: Sequence[str]) -> list[Path]:
    """Return the files that may hold questions: all named ones, and in folders."""
    files = []
    for path in map(Path, paths):
        files += sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]
    return files


def _messages(where: str, row: dict[str, Any], folder: Path) -> list[dict[str, Any]]:
    """Return the messages of a row, which may name a file of them."""
    given = row["messages"]
    if isinstance(given, str):
        given = json.loads((folder / given).read_text(encoding="utf-8-sig"))
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise InputError(f'{where} "messages" is a list of messages, or a file of one')
    return given


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

"""Files in which users say what they expect to survive."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
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
from headroom.verification import Case, Question
from headroom.verification.questions import spelling

__all__ = ["Expected", "read_cases", "read_expected"]

# The fields that say what a line is about.
_FIELDS = {
    "query": (str, "a text"),
    "documents": (list, "a list of texts"),
    "payload": (str, "the name of a file"),
    "path": (list, "a list of keys and indices"),
}


@dataclass(frozen=True)
class Expected:
    """A line of a file: what must survive, and in what.

    Attributes:
        where: The file and the line.
        answers: Spellings of the answer or value; one of them is enough.
        query: How to ask for it, or None.
        documents: The texts that were retrieved for the query, or None.
        messages: The transcript, or the name of a file of it, or None.
        payload: A file's name in its folder, with or without its ending, or None.
        path: Keys and indices that lead to the value in the payload, or None for
            anywhere.
    """

    where: str
    answers: tuple[str, ...]
    query: str | None = None
    documents: tuple[str, ...] | None = None
    messages: Any = None
    payload: str | None = None
    path: tuple[str | int, ...] | None = None


def read_expected(path: Path, *needed: str, form: str = "") -> list[Expected]:
    """Return the lines of a file of JSON lines.

    Args:
        path: The file.
        needed: Fields that every line must have, beside "answers".
        form: What to write instead, where a line is no object.

    Raises:
        InputError: If a line can't be read, or lacks a field; it names the line.
    """
    return [_expected(where, row, needed) for where, row in _rows(path, form)]


def _expected(where: str, row: dict[str, Any], needed: Sequence[str]) -> Expected:
    given = {name: row.get(name) for name in _FIELDS}
    if not all(isinstance(given[name], _FIELDS[name][0]) for name in needed):
        fields = ", and ".join(f'"{name}": {_FIELDS[name][1]}' for name in needed)
        raise InputError(f"{where}: needs {fields}")
    for name, (kind, form) in _FIELDS.items():
        if given[name] is not None and not isinstance(given[name], kind):
            raise InputError(f'{where}: "{name}" is {form}')
    if given["documents"] is not None:
        given["documents"] = tuple(
            one.get("text") if isinstance(one, dict) else one
            for one in given["documents"]
        )
        if not all(isinstance(text, str) for text in given["documents"]):
            raise InputError(
                f'{where}: each document is a text, or an object with "text"'
            )
    if given["path"] is not None:
        given["path"] = tuple(given["path"])
    answers = row.get("answers", [row["answer"]] if "answer" in row else None)
    if not isinstance(answers, list) or not answers:
        raise InputError(f'{where}: needs "answers": a list of what must survive')
    if any(isinstance(one, list | dict) for one in answers):
        raise InputError(f'{where}: "answers" are texts, numbers, true, false or null')
    spelled = tuple(map(spelling, answers))
    return Expected(where, spelled, messages=row.get("messages"), **given)


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
    own: dict[Path, list[Question]] = defaultdict(list)
    # The cases to make, and the words that say where an error is.
    making: list[tuple[str, Callable[..., Case]]] = []
    make: Callable[..., Case]
    asking = [file for file in _jsonl_files(paths) if is_ours(file)]
    for file in asking:
        for one in read_expected(file):
            if one.query is None:
                continue  # an expected value of `tune`, which asks nothing
            question = Question(one.query, one.answers)
            if one.documents is not None:
                make = partial(
                    Case.from_documents,
                    one.query,
                    one.documents,
                    one.answers,
                    compressor=documents,
                )
            elif one.messages is not None:
                messages = _messages(one, file.parent)
                make = partial(
                    Case.from_messages, messages, [question], compressor=conversation
                )
            elif one.payload is not None:
                own[(file.parent / one.payload).resolve()].append(question)
                continue
            else:
                raise InputError(
                    f'{one.where}: needs "documents", "messages" or "payload"'
                )
            making.append((one.where, make))
    files = [one for one in payload_files(tuple(paths)) if one[1] not in asking]
    known = {path.resolve() for _, path in files}
    files += [(path.name, path) for path in own if path not in known]
    for name, path in files:
        make = partial(
            Case.from_payload,
            path.read_bytes(),
            compressor=compressor,
            questions=own[path.resolve()],
            made=made,
            seed=seed,
        )
        making.append((name, make))
    cases = []
    for name, make in making:
        try:
            cases.append(make(name=name))
        except HeadroomError as error:
            raise InputError(f"{name}: {error}") from error
    if not any(case.questions for case in cases):
        raise InputError("there is nothing to ask: no JSON payload, no question")
    return cases


def _jsonl_files(paths: Sequence[str]) -> list[Path]:
    """Return the files that may hold questions: all named ones, and in folders."""
    files = []
    for path in map(Path, paths):
        files += sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]
    return files


def _messages(one: Expected, folder: Path) -> list[dict[str, Any]]:
    """Return the messages of a line, which may name a file of them."""
    given = one.messages
    if isinstance(given, str):
        try:
            given = json.loads((folder / given).read_text(encoding="utf-8-sig"))
        except ValueError as error:
            raise InputError(f"{one.where}: {given} is not JSON: {error}") from error
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise InputError(
            f'{one.where}: "messages" is a list of messages, or a file of one'
        )
    return given


def _rows(path: Path, form: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each object of a file with the words that say where it is."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8: {error}") from error
    form = f"write one JSON object a line{form}"
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        try:
            row = json.loads(line)
        except ValueError as error:
            raise InputError(f"{where}: not JSON: {error}; {form}") from error
        if not isinstance(row, dict):
            raise InputError(f"{where}: not an object; {form}")
        yield where, row

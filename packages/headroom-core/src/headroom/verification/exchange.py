"""Texts and questions as files, for any reader: a person, an agent, another program."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import Any

from headroom.errors import InputError
from headroom.verification.asking import HOW_TO_ANSWER
from headroom.verification.cases import Case
from headroom.verification.questions import Question
from headroom.verification.results import Outcome, Verification

__all__ = ["export", "score"]

_KEY = "key.json"
_SIDES = ("plain", "compressed", "again")
_README = f"""\
Each folder here is for one reader: plain, compressed, again. A reader sees one folder
only, and never {_KEY}.

NAME.txt is a text. NAME.jsonl has the questions about it, one JSON object a line.
Write each answer into its line, in the place of null:

    {{"id": 0, "question": "...", "answer": "closed"}}

{HOW_TO_ANSWER}

Then: headroom verify --score FOLDER
"""


def export(
    cases: Iterable[Case], folder: Path, *, twice: float = 0.2, seed: int = 0
) -> int:
    """Write one text and one list of questions for each case and reader.

    Args:
        cases: Those without questions are left out.
        folder: Is made; it must be empty or not there.
        twice: Share of the questions in [0, 1] that a second reader of the plain
            texts gets, in the folder `again`.
        seed: Decides which.

    Returns:
        How many questions there are.

    Raises:
        InputError: If something is in the folder.
    """
    if folder.exists() and any(folder.iterdir()):
        raise InputError(f"{folder} is not empty; name a new folder")
    random = Random(seed)
    for side in _SIDES:
        (folder / side).mkdir(parents=True, exist_ok=True)
    (folder / "README.txt").write_text(_README, encoding="utf-8")
    key = []
    for number, case in enumerate((one for one in cases if one.questions), 1):
        stem = re.sub(r"[^\w-]+", "_", case.name)[:60]
        name = f"{number:03d}_{stem}"
        indices = list(range(len(case.questions)))
        for side in _SIDES:
            if side == "again":
                indices = [i for i in indices if random.random() < twice]
            if not indices:
                continue
            text = case.compressed if side == "compressed" else case.plain
            _write(folder / side / f"{name}.txt", text)
            lines = [
                {"id": i, "question": case.questions[i].text, "answer": None}
                for i in indices
            ]
            _write(folder / side / f"{name}.jsonl", "".join(map(_line, lines)))
        questions = [asdict(question) for question in case.questions]
        key.append({"name": name, "case": case.name, "questions": questions})
    _write(folder / _KEY, json.dumps(key, ensure_ascii=False, indent=1) + "\n")
    return sum(len(one["questions"]) for one in key)


def score(
    folder: Path, *, judge: Callable[[Question, str], bool] | None = None
) -> Verification:
    """Return what the answers in an exported folder show.

    Args:
        folder: What `export` wrote, with answers in it.
        judge: As in `verify`.

    Raises:
        InputError: If it is no such folder, or a line in it can't be read.
    """
    try:
        key = json.loads((folder / _KEY).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"{folder} has no {_KEY} that export wrote: {error}"
        ) from error
    outcomes = []
    for row in key:
        name, answers = row["name"], {}
        for side in _SIDES:
            answers[side] = _answers(folder / side / f"{name}.jsonl")
        plain, short = (_text(folder / side / f"{name}.txt") for side in _SIDES[:2])
        questions = tuple(_question(one) for one in row["questions"])
        case = Case(row["case"], plain, short, questions)
        for i, question in enumerate(questions):
            said = {side: given[i] for side, given in answers.items() if i in given}
            outcomes.append(Outcome.graded(case, question, said, judge))
    return Verification(tuple(outcomes), reader=str(folder))


def _answers(path: Path) -> dict[int, str]:
    """Return the answers that are in a file, by id."""
    if not path.exists():
        return {}
    answers = {}
    for number, line in enumerate(path.read_text("utf-8-sig").split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            said = row["answer"]
            if said is not None:
                answers[row["id"]] = said if isinstance(said, str) else json.dumps(said)
        except (ValueError, LookupError, TypeError) as error:
            raise InputError(
                f'{path}, line {number}: write one JSON object with "id" and "answer": '
                f"{error}"
            ) from error
    return answers


def _question(row: dict[str, Any]) -> Question:
    def as_tuple(name: str) -> Any:
        return None if row[name] is None else tuple(row[name])

    given = {name: as_tuple(name) for name in ("path", "plain_span", "compressed_span")}
    return Question(**{**row, **given, "answers": tuple(row["answers"])})


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8", "surrogatepass"))


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "surrogatepass") if path.exists() else ""


def _line(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False) + "\n"

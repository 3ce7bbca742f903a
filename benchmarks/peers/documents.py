"""Retrieved documents: questions with chunks, shortened in every way."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import document_methods
import processes
from methods import sampled
from processes import Method, Run

from headroom.tokens import default_counter
from headroom.verification.matching import folded, holds

METHODS = tuple(
    Method(name, "document_methods", ours=name.startswith("Headroom"))
    for name in document_methods.METHODS
)
REFERENCE = "whole chunks, BM25"
RATIOS = (0.1, 0.2, 0.4)


class Question(NamedTuple):
    """One question, and what is looked for in what remains of its chunks."""

    source: str
    query: str
    documents: list[str]
    answers: list[str]
    evidence: list[str]


def load(folder: Path, sample: int) -> list[Question]:
    """Return the questions of DATA/rag/*.jsonl, at most `sample` of each file (0: all)."""
    questions = []
    for file in sorted((folder / "rag").glob("*.jsonl")):
        questions += [_question(file.stem, row) for row in sampled(file, sample)]
    return questions


def _question(source: str, row: dict[str, Any]) -> Question:
    documents = [one["text"] for one in row["documents"]]
    text = folded("\n".join(documents))
    # "yes" and "no" stand in any text, so finding them says nothing.
    answers = {folded(answer) for answer in row["answers"]} - {"", "yes", "no"}
    evidence = [
        folded(sentence)
        for one in row.get("supporting") or ()
        for sentence in one["sentences"]
    ]
    return Question(
        source,
        row["query"],
        documents,
        sorted(answer for answer in answers if holds(text, answer)),
        [sentence for sentence in evidence if sentence and sentence in text],
    )


def compare(
    questions: Sequence[Question],
    methods: Sequence[Method],
    step: Callable[[str], None],
) -> list[dict[str, Any]]:
    """Return a row of figures per method and ratio, shares in [0, 1]."""
    tasks = [
        {"query": one.query, "documents": one.documents, "ratio": ratio}
        for one in questions
        for ratio in RATIOS
    ]

    def figures(one: Run, runs: dict[str, Run]) -> Iterator[dict[str, Any]]:
        # The time of the first ratio; vectors are remembered for the others.
        timed = {"cpu_ms": 1000 * sum(one.cpu[:: len(RATIOS)]) / len(questions)}
        for at, ratio in enumerate(RATIOS):
            outs = one.outs[at :: len(RATIOS)]
            yield timed | {"ratio": ratio} | _figures(questions, outs, ratio)

    return processes.compare(methods, tasks, step, figures)


def _figures(
    questions: Sequence[Question], outs: Sequence[list[str] | None], ratio: float
) -> dict[str, Any]:
    """Return the figures of one method at one ratio."""
    count = default_counter()
    total, asked, kept, before, after = (Counter[str]() for _ in range(5))
    for one, out in zip(questions, outs, strict=True):
        # What fails is sent as it is, and counted as a failure.
        texts = one.documents if out is None else out
        was, now = (sum(map(count, some)) for some in (one.documents, texts))
        before[one.source] += was
        after[one.source] += now
        total["over"] += now > ratio * was + 1
        text = folded("\n".join(texts))
        total["evidence"] += len(one.evidence)
        total["evidence_kept"] += sum(sentence in text for sentence in one.evidence)
        if one.answers:
            asked[one.source] += 1
            kept[one.source] += any(holds(text, answer) for answer in one.answers)
    return {
        "of_reference": after.total() / before.total(),
        "answers": asked.total(),
        "answers_kept": kept.total() / max(1, asked.total()),
        "evidence": total["evidence"],
        "evidence_kept": (
            total["evidence_kept"] / total["evidence"] if total["evidence"] else None
        ),
        "over": total["over"] / len(questions),
        "sources": {
            name: (kept[name] / asked[name], after[name] / before[name])
            for name in asked
        },
    }

"""Asking every question twice: of the plain text, and of the compressed one."""

import hashlib
import json
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

from headroom.errors import HeadroomError
from headroom.verification.cases import Case
from headroom.verification.questions import Question
from headroom.verification.results import Judge, Outcome, Verification

__all__ = ["AskError", "Reply", "StopAsking", "ask_all", "prompt", "verify"]

# So many failures in a row, with no answer between, are no accident.
_MOST_FAILURES = 8

HOW_TO_ANSWER = (
    "Answer with the value alone, spelled as in the text, without an explanation. "
    "If the text does not say it, answer: not given."
)


class AskError(HeadroomError):
    """The reader of the questions does not answer."""


class StopAsking(Exception):
    """Raise it in `ask` to end the run and report what was answered so far."""


@dataclass(frozen=True)
class Reply:
    """An answer and what it cost.

    Attributes:
        text: The answer.
        input_tokens: Tokens of the prompt, as the service counts them; 0 if unknown.
        output_tokens: Tokens of the answer.
    """

    text: str
    input_tokens: int = 0
    output_tokens: int = 0


Ask = Callable[[str], str | Reply]


def verify(
    cases: Iterable[Case],
    ask: Ask,
    *,
    judge: Judge | None = None,
    twice: float = 0.2,
    concurrency: int = 8,
    seed: int = 0,
    log: str | Path | None = None,
    reader: str = "",
    on_answer: Callable[[Reply], None] = lambda _: None,
) -> Verification:
    """Ask every question about the plain and about the compressed text.

    Args:
        cases: From `Case.from_payload` and its like, or your own texts.
        ask: Takes a prompt and returns the answer, as text or `Reply`. It is called
            from several threads. An exception leaves the question unanswered.
        judge: Tells of your own questions whether an answer is right; by default it
            is if it holds one of the expected answers.
        twice: Share of the questions in [0, 1] that are asked about the plain text
            once more: what changes then is the noise of the reader.
        concurrency: How many questions are asked at a time, at least 1.
        seed: Decides which questions are asked twice, and the order of all.
        log: A file that keeps each answer as it comes. A later run takes the answers
            that are in it from there.
        reader: Who answers, such as a model's name; the log keeps readers apart.
        on_answer: Called after each new answer, one call at a time.

    Raises:
        AskError: If the first questions, or many in a row, get no answer.
        ValueError: For an argument out of its range.
    """
    if not 0 <= twice <= 1:
        raise ValueError(f"twice is a share in [0, 1], got {twice}")
    if concurrency < 1:
        raise ValueError(f"concurrency is 1 or more, got {concurrency}")
    random = Random(seed)
    asked = [(case, question) for case in cases for question in case.questions]
    random.shuffle(asked)
    again = {i for i in range(len(asked)) if i < twice * len(asked)}
    prompts: dict[tuple[int, str], str] = {}
    for i, (case, question) in enumerate(asked):
        prompts[i, "plain"] = prompt(case.plain, question)
        prompts[i, "compressed"] = prompt(case.compressed, question)
        if i in again:
            prompts[i, "again"] = prompts[i, "plain"]
    replies, failures, stopped = ask_all(
        prompts, ask, concurrency=concurrency, log=log, reader=reader, step=on_answer
    )

    outcomes = []
    for i, (case, question) in enumerate(asked):
        sides = [
            side for side in ("plain", "compressed", "again") if (i, side) in replies
        ]
        said = {side: replies[i, side].text for side in sides}
        failure = failures.get((i, "plain")) or failures.get((i, "compressed"))
        outcomes.append(Outcome.graded(case, question, said, judge, failure))
    return Verification(tuple(outcomes), stopped=stopped, reader=reader)


def prompt(text: str, question: Question) -> str:
    """Return what a reader gets: the text first, since services cache beginnings."""
    return f"{text}\n\n---\nQuestion: {question.text}\n{HOW_TO_ANSWER}"


def ask_all(
    prompts: dict[tuple[int, str], str],
    ask: Ask,
    *,
    concurrency: int,
    log: str | Path | None,
    reader: str,
    step: Callable[[Reply], None],
) -> tuple[dict[tuple[int, str], Reply], dict[tuple[int, str], str], str | None]:
    """Return the replies, the failures in words, and why asking was stopped early."""
    replies: dict[tuple[int, str], Reply] = {}
    failures: dict[tuple[int, str], str] = {}
    kept = _Log(log, reader)
    waiting = {}
    for key, text in prompts.items():
        known = kept.get(text, key[1])
        if known is None:
            waiting[key] = text
        else:
            replies[key] = known
    stopped: str | None = None
    in_a_row = 0
    ended = threading.Event()
    lock = threading.Lock()

    def one(key: tuple[int, str], text: str) -> None:
        nonlocal stopped, in_a_row
        if ended.is_set():
            return
        try:
            said = ask(text)
        except StopAsking as reason:
            ended.set()
            stopped = str(reason)
            return
        except Exception as error:  # noqa: BLE001 - `ask` is the caller's
            with lock:
                failures[key] = f"{type(error).__name__}: {error}"
                in_a_row += 1
                if in_a_row >= min(_MOST_FAILURES, len(waiting)):
                    ended.set()
            return
        if not isinstance(said, str | Reply):
            ended.set()
            raise TypeError(f"ask returns a text or a Reply, got {said!r}")
        reply = said if isinstance(said, Reply) else Reply(said)
        with lock:
            in_a_row = 0
            kept.add(text, key[1], reply)
            replies[key] = reply
            step(reply)

    with ThreadPoolExecutor(concurrency) as pool:
        try:
            for done in as_completed(
                [pool.submit(one, key, text) for key, text in waiting.items()]
            ):
                done.result()
        finally:
            ended.set()
            pool.shutdown(cancel_futures=True)
    if in_a_row >= min(_MOST_FAILURES, len(waiting) or 1):
        reason = list(failures.values())[-1]
        raise AskError(
            f"{in_a_row} questions in a row got no answer; the last: {reason}"
        )
    return replies, failures, stopped


class _Log:
    """A file of answers, a line each, written as they come."""

    def __init__(self, path: str | Path | None, reader: str) -> None:
        self.path = None if path is None else Path(path)
        self.reader = reader
        self.known: dict[str, Reply] = {}
        if self.path is None or not self.path.exists():
            return
        text = self.path.read_text(encoding="utf-8", errors="replace")
        for line in text.split("\n"):
            try:
                row = json.loads(line)
                self.known[row.pop("key")] = Reply(**row["reply"])
            except (ValueError, LookupError, TypeError, AttributeError):
                continue  # a line that a crash cut off
        if text and not text.endswith("\n"):
            with self.path.open("a", encoding="utf-8") as file:
                file.write("\n")

    def get(self, text: str, side: str) -> Reply | None:
        """Return the answer to a prompt, None if the log has none."""
        return self.known.get(self._key(text, side)) if self.path else None

    def add(self, text: str, side: str, reply: Reply) -> None:
        """Write an answer to the file before anything else is done with it."""
        if self.path is None:
            return
        row = {"headroom": "verify", "key": self._key(text, side)}
        line = json.dumps({**row, "reply": asdict(reply)}, ensure_ascii=False)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    def _key(self, text: str, side: str) -> str:
        # The plain and the compressed text may be the same: those are two questions.
        told = "\0".join((self.reader, side, text))
        return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:32]

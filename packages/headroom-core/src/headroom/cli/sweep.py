"""Sweeps: what each setting of a compressor keeps of what users expect, and costs."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from headroom.cli.expected import Expected
from headroom.cli.measure import payload_files
from headroom.compressors import JSONMinifier, SemanticCompressor
from headroom.errors import HeadroomError, InputError
from headroom.scorers import Scorer
from headroom.tokens import default_counter
from headroom.types import Compression, Dropped, RAGContext
from headroom.verification import Case, Question, Reply
from headroom.verification.asking import Ask, ask_all, prompt
from headroom.verification.cases import parsed
from headroom.verification.matching import folded, holds, matches
from headroom.verification.questions import found, leaves, spelling

__all__ = [
    "MINIFIERS",
    "Found",
    "Sweep",
    "Trial",
    "answered",
    "sweep_payloads",
    "sweep_questions",
]

Keys = tuple[str | int, ...]

# Made from each payload for a model.
_QUESTIONS = 12


def _setting(
    label: str, make: Callable[..., JSONMinifier], **options: Any
) -> tuple[str, str, Callable[[], JSONMinifier]]:
    """Return a setting's label, the expression that makes it, and a call that does."""
    given = (
        f'{name}="{value}"' if isinstance(value, str) else f"{name}={value}"
        for name, value in options.items()
    )
    return label, f"{make.__qualname__}({', '.join(given)})", partial(make, **options)


# The dial from nothing dropped to the default, one rule after the other.
MINIFIERS = (
    _setting("valid JSON, nothing dropped", JSONMinifier.lossless, format="json"),
    _setting("nothing dropped", JSONMinifier.lossless),
    _setting("drop links", JSONMinifier, drop_opaque=False),
    _setting("the default: opaque ids, too", JSONMinifier),
    _setting("nulls and empties, too", JSONMinifier, drop_nulls=True),
    _setting("the default, each value in full", JSONMinifier, literal=True),
    _setting("the default, as valid JSON", JSONMinifier, format="json"),
)


class Found(NamedTuple):
    """What became of one expected thing in a trial.

    Attributes:
        kept: Whether it survived.
        text: The text in which it is looked for.
        went: Where it went, in words; "" for what survived.
        spelled: Whether it stands literally in the text (payloads), or None.
    """

    kept: bool
    text: str = ""
    went: str = ""
    spelled: bool | None = None


@dataclass
class Trial:
    """One setting, tried on everything.

    Attributes:
        kind: What settings on one curve share, such as the scorer.
        label: The setting, for people.
        code: The expression that makes the compressor.
        tokens: Tokens of all outputs together.
        found: What became of each thing expected, in the sweep's order.
        reasons: Why sentences were dropped (questions).
    """

    kind: str
    label: str
    code: str
    tokens: int = 0
    found: list[Found] = field(default_factory=list)
    reasons: set[str] = field(default_factory=set)

    @property
    def kept(self) -> list[bool]:
        """For each thing expected whether it survived."""
        return [one.kept for one in self.found]

    @property
    def share(self) -> float:
        """Share of the expected that survived, in [0, 1]; 1 if nothing was."""
        return sum(self.kept) / len(self.found) if self.found else 1.0

    @property
    def lost(self) -> int:
        """How much of the expected did not survive."""
        return len(self.found) - sum(self.kept)

    @property
    def literally(self) -> float | None:
        """Share that stands literally in the text; None where nobody looked."""
        spelled = [one.spelled for one in self.found if one.spelled is not None]
        return sum(spelled) / len(spelled) if spelled else None


@dataclass(frozen=True)
class Sweep:
    """All trials on the same things.

    Attributes:
        things: What is counted: "answers", "values" or "right answers" of a model.
        plain: What the tokens are compared with, in words.
        tokens: Tokens of the plain form.
        trials: In the order tried.
        unusable: Expected things that are not even in the plain form: not counted.
        asked_for: What each thing is, as a question; its answers may be looked for.
        plain_texts: The plain form in which each thing is.
    """

    things: str
    plain: str
    tokens: int
    trials: list[Trial]
    unusable: int
    asked_for: Sequence[Question] = ()
    plain_texts: Sequence[str] = ()

    @property
    def asked(self) -> int:
        """How many things are expected and can be looked for."""
        return len(self.trials[0].found)

    def recommended(self, least: float) -> Trial:
        """Return the trial of fewest tokens that keeps at least that share.

        If none does, it is the one that keeps most.
        """
        return _best(self.trials, range(self.asked), least)

    def rows(self) -> list[list[Trial]]:
        """Return the trials, those of one kind together that came out the same."""
        return [
            list(same)
            for _, same in groupby(
                self.trials, key=lambda one: (one.kind, one.tokens, one.kept)
            )
        ]

    def lost_elsewhere(self, least: float) -> int:
        """Return what is lost where choice and measurement are kept apart.

        A setting is chosen on every other thing and counted on the others, then the
        other way round: choosing and measuring on the same flatters.
        """
        halves = range(0, self.asked, 2), range(1, self.asked, 2)
        return sum(
            not _best(self.trials, chosen, least).found[i].kept
            for chosen, measured in (halves, halves[::-1])
            for i in measured
        )


def sweep_questions(
    questions: Sequence[Expected],
    scorers: Sequence[tuple[str, str, Scorer]],
    ratios: Sequence[float],
    step: Callable[[], None],
) -> Sweep:
    """Try every scorer with every ratio on questions.

    Args:
        questions: Those whose answers are not in the documents are left out.
        scorers: Name, the expression that makes it, and the scorer.
        ratios: Values of `target_ratio`.
        step: Called once after each question and scorer.

    Raises:
        InputError: If no question can be used.
    """
    usable = []
    for one in questions:
        # "yes" and "no" stand in any text, so finding them says nothing.
        spellings = {folded(answer) for answer in one.answers} - {"", "yes", "no"}
        context = RAGContext(one.query or "", one.documents or ())
        text = folded("\n".join(context.documents))
        there = [answer for answer in sorted(spellings) if holds(text, answer)]
        if there:
            usable.append((Question(context.query, one.answers), context, there))
    if not usable:
        raise InputError(
            "no question has an answer that stands in its documents; there is nothing "
            "to look for"
        )
    count = default_counter()
    trials: list[Trial] = []
    for name, code, scorer in scorers:
        shared = _Remembering(scorer)
        some = [
            (
                Trial(
                    name, f"{name} {r:g}", f"SemanticCompressor({r:g}, scorer={code})"
                ),
                SemanticCompressor(r, scorer=shared),
            )
            for r in ratios
        ]
        for _, context, answers in usable:
            for trial, compressor in some:
                result = compressor.explain(context)
                trial.tokens += sum(map(count, result.content))
                trial.reasons.update(gone.reason for gone in result.dropped)
                text = folded("\n".join(result.content))
                kept = any(holds(text, answer) for answer in answers)
                went = "" if kept else _gone(result.dropped, answers)
                trial.found.append(Found(kept, "\n\n".join(result.content), went))
            step()
        trials += [trial for trial, _ in some]
    return Sweep(
        "answers",
        "all documents",
        sum(count(text) for _, context, _ in usable for text in context.documents),
        trials,
        len(questions) - len(usable),
        [question for question, _, _ in usable],
        ["\n\n".join(context.documents) for _, context, _ in usable],
    )


def sweep_payloads(
    folder: Path, expected: Sequence[Expected] | None, step: Callable[[], None]
) -> Sweep:
    """Try every one of MINIFIERS on the payloads of a folder.

    Args:
        folder: Files as `headroom bench` takes them.
        expected: What is not in its payload is left out. If it is None, questions are
            made from the payloads, the same for all of MINIFIERS; nothing is looked
            for, and every question counts as kept until it is `answered`.
        step: Called once after each payload and minifier.

    Raises:
        InputError: If nothing can be asked or looked for, or a payload is not there
            or unreadable.
    """
    count = default_counter()
    exact = JSONMinifier.lossless()
    trials = [
        (Trial("JSONMinifier", label, code), make()) for label, code, make in MINIFIERS
    ]
    plain_tokens = 0
    things: list[tuple[Question, str]] = []
    for name, path, wanted in _payloads(folder, expected):
        raw = path.read_bytes()
        made = _QUESTIONS if wanted is None else 0
        try:
            case = Case.from_payload(raw, name=name, compressor=exact, made=made)
            value = _value(case.plain)
            usable = [one for one in wanted or () if _find(value, one)]
            for trial, minifier in trials:
                result = minifier.explain(raw)
                trial.tokens += count(result.content)
                trial.found += [Found(kept=True, text=result.content)] * len(
                    case.questions
                )
                trial.found += _all_found(value, result, usable)
                step()
        except HeadroomError as error:
            raise InputError(f"{name}: {error}") from error
        plain_tokens += count(case.plain)
        things += [(one, case.plain) for one in (*case.questions, *usable)]
    if not things:
        raise InputError(
            f"no question can be made from the payloads in {folder}"
            if expected is None
            else "no expected value stands in its payload; nothing to look for"
        )
    return Sweep(
        "values",
        "compact JSON",
        plain_tokens,
        [trial for trial, _ in trials],
        0 if expected is None else len(expected) - len(things),
        *zip(*things, strict=True),
    )


def answered(
    sweep: Sweep,
    ask: Ask,
    *,
    concurrency: int,
    log: Path | None,
    reader: str,
    on_answer: Callable[[Reply], None],
) -> Sweep:
    """Return the sweep with a model's right answers in the place of what is kept.

    What the model does not answer rightly from the plain text is not counted. The
    same question about the same text is asked once.

    Raises:
        AskError: If the model does not answer.
    """
    texts = [sweep.plain_texts]
    texts += [[one.text for one in trial.found] for trial in sweep.trials]
    asked_of = [
        [prompt(text, one) for text, one in zip(each, sweep.asked_for, strict=True)]
        for each in texts
    ]
    distinct = dict.fromkeys(text for each in asked_of for text in each)
    prompts = {(i, "tune"): text for i, text in enumerate(distinct)}
    replies, _, stopped = ask_all(
        prompts, ask, concurrency=concurrency, log=log, reader=reader, step=on_answer
    )
    if stopped:
        raise InputError(f"not every setting could be asked about: {stopped}")
    said = {text: replies.get(key) for key, text in prompts.items()}

    def wrong(at: int, i: int) -> str:
        """Return how the i-th answer from the texts at a place is wrong, or ""."""
        reply, question = said[asked_of[at][i]], sweep.asked_for[i]
        if reply is None:
            return "the model gave no answer"
        if matches(reply.text, question.answers, question.kind):
            return ""
        return f"the model said: {reply.text.strip()}"

    good = [i for i in range(len(sweep.asked_for)) if not wrong(0, i)]
    if not good:
        raise InputError("the model answers no question rightly from the plain text")
    trials = []
    for at, trial in enumerate(sweep.trials, 1):
        found = []
        for i in good:
            why, one = wrong(at, i), trial.found[i]
            went = "; ".join(filter(None, (why, one.went))) if why else ""
            found.append(Found(not why, one.text, went))
        trials.append(replace(trial, found=found))
    return replace(
        sweep,
        things="right answers",
        trials=trials,
        unusable=sweep.unusable + len(sweep.asked_for) - len(good),
        asked_for=[sweep.asked_for[i] for i in good],
    )


class _Remembering:
    """A scorer that scores the same sentences once, for the ratios of one question."""

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer
        self._last: tuple[str, list[str]] | None = None
        self._scores: Sequence[float] = ()
        if hasattr(scorer, "min_score"):
            self.min_score = scorer.min_score

    def score(self, query: str, sentences: Sequence[str]) -> Sequence[float]:
        asked = query, list(sentences)
        if asked != self._last:
            self._scores = self._scorer.score(query, sentences)
            self._last = asked
        return self._scores


def _gone(dropped: Sequence[Dropped], answers: Sequence[str]) -> str:
    """Return which sentence had an answer, and why it was dropped."""
    for gone in dropped:
        if gone.text and any(holds(folded(gone.text), answer) for answer in answers):
            score = "" if gone.score is None else f", relevance {gone.score:.2f}"
            where = f"document {int(gone.path[0]) + 1}"
            return f"{where}, {gone.reason}{score}: {' '.join(gone.text.split())}"
    return "no sentence holds the answer alone"


def _best(trials: Sequence[Trial], things: Sequence[int], least: float) -> Trial:
    """Return the trial of fewest tokens that keeps the share, or what keeps most."""

    def kept(trial: Trial) -> int:
        return sum(trial.found[i].kept for i in things)

    good = [
        trial for trial in trials if not things or kept(trial) / len(things) >= least
    ]
    if good:
        return min(good, key=lambda trial: (trial.tokens, -kept(trial)))
    return min(trials, key=lambda trial: (-kept(trial), trial.tokens))


def _payloads(
    folder: Path, expected: Sequence[Expected] | None
) -> Iterator[tuple[str, Path, list[Question] | None]]:
    """Yield each payload with what is expected of it; all with None without that."""
    files = dict(payload_files((str(folder),), texts=expected is not None))
    if expected is None:
        yield from ((name, path, None) for name, path in files.items())
        return
    # A name may leave out its ending; the full name wins.
    short = {name.rpartition(".")[0]: name for name in reversed(files)}
    wanted: dict[str, list[Question]] = defaultdict(list)
    for one in expected:
        given = one.payload or ""
        name = given if given in files else short.get(given)
        if name is None:
            others = f"; it has {', '.join(files)}" if files else ", nor any other"
            raise InputError(f"{folder} has no payload {given!r}{others}")
        where = "" if one.path is None else f", {'.'.join(map(str, one.path))}"
        text = one.query or f"{name}{where}"
        wanted[name].append(Question(text, one.answers, path=one.path))
    for name, questions in wanted.items():
        yield name, files[name], questions


def _value(plain: str) -> Any:
    """Return the value of JSON or JSON lines, any other text as it is."""
    try:
        return parsed(plain)
    except (ValueError, RecursionError):
        return plain


def _all_found(
    value: Any, result: Compression[str], questions: Sequence[Question]
) -> Iterator[Found]:
    """Yield what became of each expected value of a payload in a minified text."""
    if not questions:
        return
    low = folded(result.content)
    back: Any = result.content
    if not isinstance(value, str):
        back = JSONMinifier.decode(result.content)
        if isinstance(value, list) and not isinstance(back, list):
            back = [back]  # one JSON line
    for one in questions:
        went = ""
        if not (kept := bool(_find(back, one))):
            went = _dropped_value(_find(value, one), result.dropped)
        spelled = any(holds(low, folded(answer)) for answer in one.answers)
        yield Found(kept, result.content, went, spelled)


def _find(value: Any, one: Question) -> list[Keys]:
    """Return the paths of an expected value in a payload; [()] in prose that has it.

    A text also counts where it holds the value: users expect "42" of "issue 42".
    """
    spellings = [folded(answer) for answer in one.answers]

    def same(leaf: Any) -> bool:
        if isinstance(leaf, dict | list):
            return False
        low = folded(spelling(leaf))
        return low in spellings or (
            isinstance(leaf, str) and any(holds(low, each) for each in spellings)
        )

    if one.path is None or isinstance(value, str):
        return [path for path, leaf in leaves(value) if same(leaf)]
    there, leaf = found(value, one.path)
    return [one.path] if there and same(leaf) else []


def _dropped_value(paths: Sequence[Keys], dropped: Sequence[Dropped]) -> str:
    """Return the path of a value that is gone, and the rule that dropped it."""
    for path in paths:
        for gone in dropped:
            if path[: len(gone.path)] == gone.path:
                where = "".join(f"[{s}]" if type(s) is int else f".{s}" for s in path)
                return f"{where.removeprefix('.')}, dropped: {gone.reason}"
    return "it is no longer in the text"

"""Sweeps: what each setting of a compressor keeps of what users expect, and costs."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headroom.cli.expected import Expected, Question
from headroom.cli.measure import payload_files
from headroom.compressors import JSONMinifier, SemanticCompressor
from headroom.errors import HeadroomError, InputError
from headroom.scorers import Scorer
from headroom.tokens import default_counter
from headroom.types import RAGContext
from headroom.verification.cases import parsed
from headroom.verification.matching import folded, holds
from headroom.verification.questions import found

__all__ = [
    "MINIFIERS",
    "Sweep",
    "Trial",
    "sweep_payloads",
    "sweep_questions",
]

# The dial from nothing dropped to the default, one rule after the other.
MINIFIERS: tuple[tuple[str, str, Callable[[], JSONMinifier]], ...] = (
    (
        "valid JSON, nothing dropped",
        'JSONMinifier.lossless(format="json")',
        lambda: JSONMinifier.lossless(format="json"),
    ),
    ("nothing dropped", "JSONMinifier.lossless()", JSONMinifier.lossless),
    (
        "drop links",
        "JSONMinifier(drop_opaque=False)",
        lambda: JSONMinifier(drop_opaque=False),
    ),
    ("the default: opaque ids, too", "JSONMinifier()", JSONMinifier),
    (
        "nulls and empties, too",
        "JSONMinifier(drop_nulls=True)",
        lambda: JSONMinifier(drop_nulls=True),
    ),
    (
        "the default, as valid JSON",
        'JSONMinifier(format="json")',
        lambda: JSONMinifier(format="json"),
    ),
)


@dataclass(frozen=True)
class Trial:
    """One setting, tried on everything.

    Attributes:
        kind: What settings on one curve share, such as the scorer.
        label: The setting, for people.
        code: The expression that makes the compressor.
        tokens: Tokens of all outputs together.
        kept: For each thing expected whether it survived, in the sweep's order.
        spelled: Likewise, whether it stands literally in the text (payloads), or ().
    """

    kind: str
    label: str
    code: str
    tokens: int
    kept: tuple[bool, ...]
    spelled: tuple[bool, ...] = ()

    @property
    def share(self) -> float:
        """Share of the expected that survived, in [0, 1]; 1 if nothing was."""
        return sum(self.kept) / len(self.kept) if self.kept else 1.0

    @property
    def lost(self) -> int:
        """How much of the expected did not survive."""
        return len(self.kept) - sum(self.kept)


@dataclass(frozen=True)
class Sweep:
    """All trials on the same things.

    Attributes:
        things: What is counted: "answers" or "values".
        plain: What the tokens are compared with, in words.
        tokens: Tokens of the plain form.
        trials: In the order tried.
        unusable: Expected things that are not even in the plain form: not counted.
    """

    things: str
    plain: str
    tokens: int
    trials: tuple[Trial, ...]
    unusable: int

    @property
    def asked(self) -> int:
        """How many things are expected and can be looked for."""
        return len(self.trials[0].kept)

    def recommended(self, least: float) -> Trial:
        """Return the trial of fewest tokens that keeps at least that share.

        If none does, it is the one that keeps most.
        """
        return _best(self.trials, range(self.asked), least)

    def lost_elsewhere(self, least: float) -> int:
        """Return what is lost where choice and measurement are kept apart.

        A setting is chosen on every other thing and counted on the others, then the
        other way round: choosing and measuring on the same flatters.
        """
        halves = range(0, self.asked, 2), range(1, self.asked, 2)
        return sum(
            sum(not _best(self.trials, chosen, least).kept[i] for i in measured)
            for chosen, measured in (halves, halves[::-1])
        )


def sweep_questions(
    questions: Sequence[Question],
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
        text = folded("\n".join(one.documents))
        there = [answer for answer in sorted(spellings) if holds(text, answer)]
        if there:
            usable.append((one, there))
    if not usable:
        raise InputError(
            "no question has an answer that stands in its documents; there is nothing "
            "to look for"
        )
    count = default_counter()
    trials = []
    for name, code, scorer in scorers:
        kept: dict[float, list[bool]] = {ratio: [] for ratio in ratios}
        tokens = dict.fromkeys(ratios, 0)
        shared = _Remembering(scorer)
        compressors = [(r, SemanticCompressor(r, scorer=shared)) for r in ratios]
        for one, answers in usable:
            context = RAGContext(one.query, one.documents)
            for ratio, compressor in compressors:
                texts = compressor.compress(context)
                tokens[ratio] += sum(map(count, texts))
                text = folded("\n".join(texts))
                kept[ratio].append(any(holds(text, answer) for answer in answers))
            step()
        trials += [
            Trial(
                name,
                f"{name} {ratio:g}",
                f"SemanticCompressor({ratio:g}, scorer={code})",
                tokens[ratio],
                tuple(kept[ratio]),
            )
            for ratio in ratios
        ]
    return Sweep(
        "answers",
        "all documents",
        sum(count(text) for one, _ in usable for text in one.documents),
        tuple(trials),
        len(questions) - len(usable),
    )


def sweep_payloads(
    folder: Path, expected: Sequence[Expected], step: Callable[[], None]
) -> Sweep:
    """Try every one of MINIFIERS on the payloads of a folder.

    Args:
        folder: Files as `headroom bench` takes them.
        expected: What is not in its payload is left out.
        step: Called once after each payload and minifier.

    Raises:
        InputError: If no value can be used, or a payload is not there or unreadable.
    """
    count = default_counter()
    plain_tokens = 0
    tokens = [0] * len(MINIFIERS)
    kept: list[list[bool]] = [[] for _ in MINIFIERS]
    spelled: list[list[bool]] = [[] for _ in MINIFIERS]
    asked = 0
    for name, path, values in _payloads(folder, expected):
        raw = path.read_bytes()
        try:
            text = raw.decode(json.detect_encoding(raw)).removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            raise InputError(f"{name} is not text: {error}") from error
        try:
            value = parsed(text)
        except ValueError:
            plain, value = text, text
        else:
            plain = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        usable = [one for one in values if _survives(value, one)]
        asked += len(usable)
        plain_tokens += count(plain)
        for i, (_, _, make) in enumerate(MINIFIERS):
            try:
                short = make().compress(raw)
                back = short if value is text else _decoded(short, value)
            except HeadroomError as error:
                raise InputError(f"{name}: {error}") from error
            tokens[i] += count(short)
            kept[i] += [_survives(back, one) for one in usable]
            low = folded(short)
            spelled[i] += [
                any(holds(low, spelling) for spelling in _spellings(one))
                for one in usable
            ]
            step()
    if not asked:
        raise InputError("no expected value stands in its payload; nothing to look for")
    return Sweep(
        "values",
        "compact JSON",
        plain_tokens,
        tuple(
            Trial(
                "JSONMinifier",
                label,
                code,
                tokens[i],
                tuple(kept[i]),
                tuple(spelled[i]),
            )
            for i, (label, code, _) in enumerate(MINIFIERS)
        ),
        len(expected) - asked,
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


def _best(trials: Sequence[Trial], things: Sequence[int], least: float) -> Trial:
    """Return the trial of fewest tokens that keeps the share, or what keeps most."""

    def kept(trial: Trial) -> int:
        return sum(trial.kept[i] for i in things)

    good = [
        trial for trial in trials if not things or kept(trial) / len(things) >= least
    ]
    if good:
        return min(good, key=lambda trial: (trial.tokens, -kept(trial)))
    return min(trials, key=lambda trial: (-kept(trial), trial.tokens))


def _payloads(
    folder: Path, expected: Sequence[Expected]
) -> Iterator[tuple[str, Path, list[Expected]]]:
    """Yield each payload that something is expected of."""
    files = dict(payload_files((str(folder),)))
    # A name may leave out its ending; the full name wins.
    short = {name.rpartition(".")[0]: name for name in reversed(files)}
    wanted: dict[str, list[Expected]] = defaultdict(list)
    for one in expected:
        name = one.payload if one.payload in files else short.get(one.payload)
        if name is None:
            raise InputError(f"no payload {one.payload!r} in {folder}")
        wanted[name].append(one)
    for name, values in wanted.items():
        yield name, files[name], values


def _decoded(short: str, value: Any) -> Any:
    """Return the values of minified text; JSON lines are a list of them."""
    back = JSONMinifier.decode(short)
    return [back] if isinstance(value, list) and not isinstance(back, list) else back


def _survives(value: Any, one: Expected) -> bool:
    """Tell whether an expected value is in a payload's values, or in prose."""
    if isinstance(value, str):
        low = folded(value)
        return any(holds(low, spelling) for spelling in _spellings(one))
    if one.path is not None:
        there, leaf = found(value, one.path)
        return there and _same(leaf, one)
    waiting = [value]
    while waiting:
        leaf = waiting.pop()
        if isinstance(leaf, dict):
            waiting.extend(leaf.values())
        elif isinstance(leaf, list):
            waiting.extend(leaf)
        elif _same(leaf, one):
            return True
    return False


def _same(leaf: Any, one: Expected) -> bool:
    """Tell whether a leaf is one of the spellings of an expected value.

    A text also counts where it holds the value: users expect "42" of "issue 42".
    """
    if isinstance(leaf, dict | list):
        return False
    low = folded(_spelling(leaf))
    if isinstance(leaf, str):
        return any(
            low == spelling or holds(low, spelling) for spelling in _spellings(one)
        )
    return low in _spellings(one)


def _spellings(one: Expected) -> list[str]:
    return [folded(_spelling(answer)) for answer in one.answers]


def _spelling(value: Any) -> str:
    """Return a value as a text shows it."""
    return value if isinstance(value, str) else json.dumps(value)

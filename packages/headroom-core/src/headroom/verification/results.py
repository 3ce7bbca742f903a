"""What a verification says: accuracy with both texts, and how sure that is."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from headroom.tokens import default_counter
from headroom.verification.cases import Case
from headroom.verification.matching import is_not_given, matches
from headroom.verification.questions import OWN, Question
from headroom.verification.statistics import enough, paired_interval, wilson_upper

__all__ = ["MARGIN", "Figures", "Judge", "Outcome", "Verification"]

Judge = Callable[[Question, str], bool]

# A difference that a sample should tell at least, in [0, 1].
MARGIN = 0.05


@dataclass(frozen=True)
class Outcome:
    """One question with its answers.

    Attributes:
        case: What it was asked about.
        question: The question.
        said: The answers: from the "plain" text, from the "compressed" text, and for
            some questions from the plain text "again". What has no answer is not there.
        right: Whether each of these answers is right.
        failure: Why there is no answer, or None.
    """

    case: Case
    question: Question
    said: Mapping[str, str]
    right: Mapping[str, bool]
    failure: str | None = None

    @classmethod
    def graded(
        cls,
        case: Case,
        question: Question,
        said: Mapping[str, str],
        judge: Judge | None = None,
        failure: str | None = None,
    ) -> "Outcome":
        """Return the outcome of a question: each answer with whether it is right."""
        if judge is not None and question.kind == OWN:
            right = {side: judge(question, each) for side, each in said.items()}
        else:
            right = {
                side: matches(each, question.answers, question.kind)
                for side, each in said.items()
            }
        return cls(case, question, said, right, failure)

    @property
    def is_lost(self) -> bool:
        """Whether only the plain text was answered rightly."""
        return self.is_answered and self.right["plain"] > self.right["compressed"]

    @property
    def is_answered(self) -> bool:
        """Whether there is an answer from both texts."""
        return {"plain", "compressed"} <= self.right.keys()


@dataclass(frozen=True)
class Figures:
    """Counts over questions that were answered from both texts.

    Attributes:
        asked: Questions.
        plain: Right answers from the plain text.
        compressed: Right answers from the compressed text.
        lost: Right from the plain text only.
        won: Right from the compressed text only.
    """

    asked: int
    plain: int
    compressed: int
    lost: int
    won: int

    @property
    def difference(self) -> float:
        """Accuracy with the compressed text less that with the plain, in [-1, 1]."""
        return (self.compressed - self.plain) / self.asked if self.asked else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The paired 95 % interval of the difference."""
        return paired_interval(self.lost, self.won, self.asked)

    def verdict(self, margin: float = MARGIN) -> str:
        """Return in a sentence what the figures show, or that they show too little.

        Args:
            margin: The smallest difference that matters, above 0.
        """
        low, high = self.interval
        points = f"{100 * margin:g} point{'s' if margin != 0.01 else ''}"
        if not self.asked:
            return "Nothing was answered from both texts, so nothing can be told."
        if high < 0:
            return (
                f"The compressed text is answered worse, by {-100 * high:.1f} to "
                f"{-100 * low:.1f} points."
            )
        if low > 0:
            return "The compressed text is answered better."
        if low >= -margin:
            return f"The compressed text is not worse by {points} or more."
        more = enough(self.lost, self.won, self.asked, margin)
        return (
            f"Too few questions to tell a difference of {points}; about "
            f"{_rounded_up(max(more, self.asked + 1)):,} would be enough."
        )


@dataclass(frozen=True)
class Verification:
    """All questions with their answers.

    Attributes:
        outcomes: Every question, the unanswered too, in the order asked.
        stopped: Why asking ended early, or None.
        reader: Who answered.
    """

    outcomes: tuple[Outcome, ...]
    stopped: str | None = None
    reader: str = ""

    @cached_property
    def counted(self) -> tuple[Outcome, ...]:
        """What decides: answered from both texts, and not dropped on purpose."""
        return tuple(one for one in self._answered if one.question.counts)

    @cached_property
    def total(self) -> Figures:
        """Figures of all that counts."""
        return _figures(self.counted)

    @property
    def by_kind(self) -> dict[str, Figures]:
        """Figures for each kind of question, most asked first."""
        return self._by("kind")

    @property
    def by_device(self) -> dict[str, Figures]:
        """Figures for each device of the format, most asked first."""
        return self._by("device")

    @property
    def lost(self) -> tuple[Outcome, ...]:
        """Questions that only the plain text answered rightly."""
        return tuple(one for one in self.counted if one.is_lost)

    @property
    def unanswered(self) -> tuple[Outcome, ...]:
        """Questions without an answer from one of the texts."""
        return tuple(one for one in self.outcomes if not one.is_answered)

    @cached_property
    def noise(self) -> tuple[int, int]:
        """How many questions changed between right and wrong, of those asked twice."""
        twice = [one.right for one in self.counted if "again" in one.right]
        return sum(right["again"] != right["plain"] for right in twice), len(twice)

    @cached_property
    def dropped(self) -> tuple[int, int]:
        """How often the reader said that a dropped value is not given, of how many."""
        gone = [one for one in self._answered if not one.question.counts]
        return sum(is_not_given(one.said["compressed"]) for one in gone), len(gone)

    @cached_property
    def tokens(self) -> tuple[int, int]:
        """Tokens of the plain and of the compressed texts, each case once."""
        count = default_counter()
        cases = {id(one.case): one.case for one in self.outcomes}.values()
        plain = sum(count(case.plain) for case in cases)
        return plain, sum(count(case.compressed) for case in cases)

    @cached_property
    def _answered(self) -> tuple[Outcome, ...]:
        return tuple(one for one in self.outcomes if one.is_answered)

    def _by(self, name: str) -> dict[str, Figures]:
        groups: dict[str, list[Outcome]] = {}
        for one in self.counted:
            groups.setdefault(getattr(one.question, name) or "unknown", []).append(one)
        ordered = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
        return {name: _figures(outcomes) for name, outcomes in ordered}

    def lines(self, margin: float = MARGIN) -> list[str]:
        """Return the report in sentences."""
        total = self.total
        low, high = (100 * end for end in total.interval)
        asked = max(1, total.asked)
        changed, twice = self.noise
        said, gone = self.dropped
        before, after = self.tokens
        lines = [
            f"{total.asked:,} questions: {total.plain / asked:.1%} right from the "
            f"plain text, {total.compressed / asked:.1%} from the compressed text.",
            f"Difference: {100 * total.difference:+.1f} points "
            f"(95 % interval {low:+.1f} to {high:+.1f}).",
            total.verdict(margin),
            f"Lost: {total.lost:,} right from the plain text only. Won: {total.won:,} "
            "right from the compressed text only.",
        ]
        if twice:
            lines.append(
                f"Noise: asked twice about the plain text, {changed:,} of {twice:,} "
                "questions changed between right and wrong "
                f"(up to {wilson_upper(changed, twice):.0%} may, at 95 % confidence)."
            )
        if gone:
            lines.append(
                f"Dropped values: {gone:,} were asked for, too. From the compressed "
                f"text the reader said {said:,} times that the value is not given, "
                f"and {gone - said:,} times something else."
            )
        if before:
            lines.append(
                f"Tokens: {before:,} plain, {after:,} compressed "
                f"({1 - after / before:.0%} saved)."
            )
        if self.unanswered:
            reasons = {one.failure for one in self.unanswered if one.failure}
            why = f": {next(iter(sorted(reasons)))}" if reasons else ""
            lines.append(f"Unanswered and not counted: {len(self.unanswered):,}{why}.")
        if self.stopped:
            lines.append(f"Stopped early: {self.stopped}.")
        return lines

    def __str__(self) -> str:
        return "\n".join(self.lines())


def _figures(outcomes: Iterable[Outcome]) -> Figures:
    pairs = [(one.right["plain"], one.right["compressed"]) for one in outcomes]
    return Figures(
        asked=len(pairs),
        plain=sum(a for a, _ in pairs),
        compressed=sum(b for _, b in pairs),
        lost=sum(a and not b for a, b in pairs),
        won=sum(b and not a for a, b in pairs),
    )


def _rounded_up(number: int) -> int:
    """Return a number with two digits that matter."""
    step: int = 10 ** max(0, int(math.log10(number)) - 1)
    return -(-number // step) * step

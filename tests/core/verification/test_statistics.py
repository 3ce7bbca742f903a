"""The interval is right as often as it says."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.verification.statistics import enough, paired_interval, wilson_upper


def simulated(random, asked, lost, won):
    """Return how many of `asked` questions are lost and won, at these rates."""
    draws = [random.random() for _ in range(asked)]
    return sum(d < lost for d in draws), sum(lost <= d < lost + won for d in draws)


@pytest.mark.parametrize("asked", [60, 300])
@pytest.mark.parametrize(
    ("lost", "won"), [(0, 0), (0.01, 0.01), (0.05, 0.02), (0.1, 0.1), (0.2, 0.05)]
)
def test_the_interval_holds_the_truth_in_95_of_100_runs(asked, lost, won):
    random = Random(20)
    hits = 0
    for _ in range(1000):
        low, high = paired_interval(*simulated(random, asked, lost, won), asked)
        hits += low <= won - lost <= high
    assert hits >= 940  # 1,000 runs of a right interval give 950, give or take 14


@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 400))
def test_the_interval_holds_the_measured_difference(lost, won, same):
    asked = lost + won + same
    low, high = paired_interval(lost, won, asked)
    assert -1 <= low <= high <= 1
    if asked:
        assert low - 1e-9 <= (won - lost) / (asked + 2) <= high + 1e-9
    mirrored = paired_interval(won, lost, asked)
    assert mirrored == pytest.approx((-high, -low))


@given(st.integers(0, 30), st.integers(0, 30), st.sampled_from([0.01, 0.02, 0.05]))
def test_so_many_questions_are_enough(lost, won, margin):
    asked = 200
    needed = enough(lost, won, asked, margin)
    share = needed / asked
    low, high = paired_interval(round(lost * share), round(won * share), needed)
    assert (high - low) / 2 <= margin * 1.1


def test_nothing_asked_is_nothing_known():
    assert paired_interval(0, 0, 0) == (-1, 1)
    assert wilson_upper(0, 0) == 1


@given(st.integers(0, 500), st.integers(0, 500))
def test_wilsons_bound_is_above_the_share_and_at_most_all(count, more):
    asked = count + more
    assert (count / asked if asked else 1) - 1e-12 <= wilson_upper(count, asked) <= 1


def test_the_bound_is_wilsons():
    # Brown, Cai, DasGupta: 0 of 10 gives 0.2775; known from the quadratic.
    assert wilson_upper(0, 10) == pytest.approx(1.959964**2 / (10 + 1.959964**2))

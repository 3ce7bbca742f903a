"""What a class hides from its repr is shown to no model, wherever it lies."""

import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.compressors import JSONMinifier
from headroom.tool_outputs.shown import as_shown


@dataclass(frozen=True)
class Account:
    name: str
    token: str = field(repr=False, default="s3cret")


class Row(NamedTuple):
    id: int
    owner: Any


WRAPPERS = st.sampled_from(
    [
        lambda value: [value],
        lambda value: (value,),
        lambda value: {"a": value},
        lambda value: Row(1, value),
        lambda value: deque([value]),
        lambda value: {"a": value}.values(),
    ]
)


@given(st.lists(WRAPPERS, max_size=4))
def test_a_hidden_field_is_hidden_at_any_depth(wrappers: list[Any]) -> None:
    value: Any = Account("ada")
    for wrap in wrappers:
        value = wrap(value)
    text = JSONMinifier(format="json").compress(as_shown(value))
    assert "ada" in text
    assert "s3cret" not in text


@pytest.mark.parametrize("kind", [set, frozenset])
def test_sets_are_shown_in_one_order(kind: type) -> None:
    shown = as_shown(kind({Account("ada"), Account("bob")}))
    assert json.loads(JSONMinifier(format="json").compress(shown)) == [
        {"name": "ada"},
        {"name": "bob"},
    ]


def test_what_hides_nothing_is_the_very_object() -> None:
    value = [Row(1, {"a": (1, 2)}), {3, 4}]
    assert as_shown(value) is value

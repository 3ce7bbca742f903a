"""Where null or empty says something."""

from collections.abc import Collection
from typing import Any

from headroom.tool_outputs.evidence import ENTER, Evidence
from headroom.tool_outputs.links import is_map

__all__ = ["CHANGED", "HOLLOW", "without_telling"]

_Object = dict[str, Any]
_Acts = dict[str, str | int]

# Why a blank member goes.
HOLLOW = frozenset({"null", "empty"})

# What a call returns: in the root of a document, having none is the answer.
_ANSWERS = frozenset(
    """
    answer content data documents entries hits items list matches messages output
    records response result results rows stderr stdout text value values
    """.split()  # noqa: SIM905 - a list of words
)
# What has a value beside its name: variables, headers, fields of forms.
_NAMING = ("name", "key", "field")
_VALUES = frozenset({"value"})
_CHANGES = (
    ("from", "to"),
    ("fromString", "toString"),
    ("old", "new"),
    ("old_value", "new_value"),
    ("oldValue", "newValue"),
    ("before", "after"),
    ("previous", "current"),
)
# Keys of either side of a change.
CHANGED = frozenset([key for pair in _CHANGES for key in pair])
_MAY_TELL = _VALUES | CHANGED


def without_telling(
    members: _Object,
    acts: _Acts,
    outer: Evidence | None,
    *,
    is_record: bool,
    is_document: bool,
) -> _Acts:
    """Return what is to be done, less the nulls and empties that say something.

    Args:
        members: An object.
        acts: What is to be done with its members that may not stay as they are.
        outer: What the object around it says, or None.
        is_record: Whether a text, number or boolean stays in it.
        is_document: Whether it is the whole document.
    """
    stays = _reasons_that_do_not_count(members, acts, outer, is_record=is_record)
    if stays:
        acts = {key: act for key, act in acts.items() if act not in stays}
    if is_document or not _MAY_TELL.isdisjoint(acts):
        told = _told(members, acts, is_document=is_document)
        acts = {key: act for key, act in acts.items() if key not in told}
    return acts


def _reasons_that_do_not_count(
    members: _Object, acts: _Acts, outer: Evidence | None, *, is_record: bool
) -> Collection[str]:
    """Return which of the reasons "null" and "empty" don't count in an object."""
    if outer is not None and outer.holds_object and is_map(outer.key):
        return HOLLOW
    if is_record or _is_blank_form(members, acts):
        return ()
    return HOLLOW if len(members) == 1 else ("empty",)


def _is_blank_form(members: _Object, acts: _Acts) -> bool:
    """Tell whether an object is a form, several fields, and nothing is filled in."""
    return (
        len(members) > 1
        and len(acts) == len(members)
        and all(act in HOLLOW for act in acts.values())
        and {} not in members.values()
        and any(value is None or value == "" for value in members.values())
    )


def _told(members: _Object, acts: _Acts, *, is_document: bool) -> Collection[str]:
    """Return the keys under which being null or empty is what is said.

    So it is in an answer that found nothing, the value of something named, and a change
    from or to nothing.
    """
    told: set[str] = set()
    if is_document:
        told |= _ANSWERS.intersection(acts)
    if not _VALUES.isdisjoint(acts) and any(
        type(members.get(name)) is str and members[name] and name not in acts
        for name in _NAMING
    ):
        told |= _VALUES.intersection(acts)
    for one, other in _CHANGES:
        for key, beside in ((one, other), (other, one)):
            stays = beside in members and acts.get(beside, ENTER) == ENTER
            if key in acts and stays:
                told.add(key)
    return {key for key in told if acts[key] in HOLLOW}

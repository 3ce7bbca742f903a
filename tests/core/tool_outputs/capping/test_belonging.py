"""A line that is shown brings the lines that say to what it belongs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.tool_outputs.capping import Wanted, cap
from headroom.tool_outputs.capping.answers import answers
from headroom.tool_outputs.capping.belonging import owners, with_owners

PARTS = ["Name: a", "State: up", "  deep: 1", "- item", "", "[part]", "diff --git a b"]
LINES = st.lists(st.sampled_from([*PARTS, "@@ -1 +1 @@", "+x", "--- a", "+++ b", "7"]))

# Text, what is asked, a line of the answer, and the lines it belongs to. Every case
# has parts from 10 to 49, of which 33 is asked for.
PLACES = range(10, 50)
CASES = {
    "blocks of fields": (
        [f"Host: box-{n}\nDisk: {'full' if n == 33 else 'fine'}\n" for n in PLACES],
        "full",
        ["Host: box-33", "Disk: full"],
    ),
    "fields without blank lines": (
        [f"Host: box-{n}\nDisk: {'full' if n == 33 else 'fine'}" for n in PLACES],
        "full",
        ["Host: box-33", "Disk: full"],
    ),
    "sections": (
        [f"[site{n}]\ncolor={'red' if n == 33 else 'blue'}" for n in PLACES],
        "red",
        ["[site33]", "color=red"],
    ),
    "commits": (
        [
            f"commit {n}abcdef0\nAuthor: M\n\n    {'repair' if n == 33 else 'add'} it\n"
            for n in PLACES
        ],
        "repair",
        ["commit 33abcdef0", "    repair it"],
    ),
    "diffs": (
        [
            f"diff --git a/f{n} b/f{n}\n@@ -1 +1 @@\n-size = {n}\n+size = 0"
            for n in PLACES
        ],
        "33",
        ["diff --git a/f33 b/f33", "@@ -1 +1 @@", "-size = 33"],
    ),
    "e-mails": (
        [
            f"From: p{n}@example.org\nTo: us\n\nHello,\n\n"
            f"{'ship' if n == 33 else 'hold'} the parcel.\n"
            for n in PLACES
        ],
        "ship",
        ["From: p33@example.org", "ship the parcel."],
    ),
    "expanded rows": (
        [f"-[ RECORD {n} ]---\nplan | {'gold' if n == 33 else 'none'}" for n in PLACES],
        "gold",
        ["-[ RECORD 33 ]---", "plan | gold"],
    ),
    "indentation": (
        [f"n{n}:\n  in:\n    x: {'odd' if n == 33 else 'even'}" for n in PLACES],
        "odd",
        ["n33:", "  in:", "    x: odd"],
    ),
    "items": (
        [f"- id: n{n}\n  x: {'odd' if n == 33 else 'even'}" for n in PLACES],
        "odd",
        ["- id: n33", "  x: odd"],
    ),
}


@pytest.mark.parametrize("kind", CASES)
def test_a_line_comes_with_the_record_or_section_it_belongs_to(kind):
    parts, query, wanted = CASES[kind]
    text = "\n".join(parts)
    capped = cap(text, Wanted(max_tokens=280, count_tokens=len, query=query))
    at = -1
    shown = capped.content.splitlines()
    for line in wanted:
        at = shown.index(line, at + 1)


@pytest.mark.parametrize("kind", CASES)
@pytest.mark.parametrize("max_tokens", range(60, 420, 40))
def test_no_line_stands_under_the_head_of_another_part(kind, max_tokens):
    parts, query, wanted = CASES[kind]
    text = "\n".join(parts)
    content = cap(
        text, Wanted(max_tokens=max_tokens, count_tokens=len, query=query)
    ).content
    if wanted[-1] in content.splitlines():
        assert wanted[0] in content.splitlines()


def test_the_last_lines_come_with_their_parents():
    text = "\n".join(f"n{n}:\n  in:\n    x: {n}" for n in PLACES)
    capped = cap(text, Wanted(max_tokens=120, count_tokens=len))
    assert "n49:\n  in:\n    x: 49" in capped.content


@given(LINES)
def test_each_line_belongs_to_lines_above_it(lines):
    texts = [f"{line}\n" for line in lines]
    belongs = owners(texts)
    for unit, above in enumerate(belongs):
        assert -1 <= above < unit
        assert with_owners(unit, belongs) == sorted(set(with_owners(unit, belongs)))


def test_numbers_set_to_the_right_belong_to_their_header_only():
    texts = ["  PID CMD\n", " 1000 b\n", "    1 a\n", "   17 c\n"]
    assert owners(texts)[2:] == [0, 0]


def test_an_error_that_came_often_says_how_often():
    lines = [f"12:{n} fine, nothing to see here" for n in range(10, 60)]
    for n in range(3, 45, 3):
        lines[n] = f"12:{n + 10} ERROR: no room on sda"
    content = cap("\n".join(lines), Wanted(max_tokens=800, count_tokens=len)).content
    assert "; last error above: 1 of 14 alike]" in content


AUDIT = """# npm audit report

braces  <3.0.3
Severity: high
fix available via `npm audit fix`
node_modules/braces

ws  8.0.0 - 8.17.0
Severity: moderate
fix available via `npm audit fix --force`
Will install ws@8.18.0, which is a breaking change
node_modules/ws

9 vulnerabilities (4 moderate, 5 high)
"""


@pytest.mark.parametrize("max_tokens", range(90, 300, 15))
def test_a_line_of_a_paragraph_comes_with_its_first_line(max_tokens):
    query = "Is the ws fix breaking?"
    shown = cap(
        AUDIT, Wanted(max_tokens=max_tokens, count_tokens=len, query=query)
    ).content
    for paragraph in AUDIT.split("\n\n")[1:3]:
        first, *rest = paragraph.strip().splitlines()
        if any(line in shown.splitlines() for line in rest if "Sev" not in line):
            assert first in shown.splitlines()


def test_a_short_record_at_the_beginning_is_shown_whole_or_not_at_all():
    blocks = [
        f'resource "disk" "d{n}" {{\n  size = {n}\n  zone = "z{n}"\n  kind = "ssd"\n}}'
        for n in range(30)
    ]
    text = "Plan:\n\n" + "\n\n".join(blocks)
    for max_tokens in range(150, 1_200, 50):
        shown = cap(text, Wanted(max_tokens=max_tokens, count_tokens=len)).content
        for block in blocks:
            assert block in shown or block.splitlines()[0] not in shown


def test_a_commit_of_a_log_is_shown_whole_or_not_at_all():
    commits = [
        f"commit {n:07x}\nAuthor: Ann\nDate: Fri Nov {n + 1} 2026\n\n    Change {n}\n\n"
        f"    It was slow.\n    Failed twice.\n    See {n * 7}.\n\n    Fixes: {n}\n"
        for n in range(20)
    ]
    text = "\n".join(commits)
    for max_tokens in range(200, 900, 70):
        query = "What did change 7 do?"
        shown = cap(
            text, Wanted(max_tokens=max_tokens, count_tokens=len, query=query)
        ).content
        for n, commit in enumerate(commits[1:], start=1):
            assert commit.strip() in shown or f"commit {n:07x}" not in shown


def test_the_removed_and_added_lines_of_a_change_stay_together():
    hunks = [
        f"@@ -{n}0,3 +{n}0,3 @@\n a = {n}\n-old_{n} = {n}\n+new_{n} = {n}\n b = {n}"
        for n in range(1, 20)
    ]
    text = "\n".join(["diff --git a/x.py b/x.py", "--- a/x.py", "+++ b/x.py", *hunks])
    for max_tokens in range(150, 600, 50):
        query = "What became of old_7?"
        shown = cap(
            text, Wanted(max_tokens=max_tokens, count_tokens=len, query=query)
        ).content
        for n in range(1, 20):
            assert (f"-old_{n} =" in shown) == (f"+new_{n} =" in shown)


def test_a_value_is_found_by_all_keys_above_it():
    texts = [
        line
        for stage, size in (("test", "2Gi"), ("live", "7Gi"))
        for line in (
            f"{stage}:\n",
            *(f"  {stage}{n}: no disk here\n" for n in range(9)),
            "  mailer:\n",
            "    pods: 3\n",
            "    quota:\n",
            "      upper:\n",
            f"        disk: {size}\n",
        )
    ]
    query = "How much disk has the mailer in live?"
    best, more = answers(texts, query, None, owners(texts), is_data=False)
    found = [texts[unit].strip() for unit in best + more]
    assert found.index("disk: 7Gi") < found.index("pods: 3")
    assert found.index("disk: 7Gi") < found.index("disk: 2Gi")

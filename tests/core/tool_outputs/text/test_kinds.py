"""What kinds are told apart, and what each keeps as it is."""

import pytest

from headroom.tokens import larger_count
from headroom.tool_outputs.text.kinds import fold, unfold
from headroom.tool_outputs.text.recognition import kind_of

PODS = "\n".join(
    ["NAME            READY   STATUS    RESTARTS   AGE"]
    + [f"cart-{n:<10} 1/1     Running   {n % 3:<10} {n}d" for n in range(100, 160)]
)
GREP = "\n".join(
    f"src/app/part_{n // 10}.py:{n * 3}:    def method_{n}(self):" for n in range(80)
)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("2026-11-27 22:25:37 INFO started\n2026-11-27 22:25:38 INFO ready", "log"),
        (GREP, "search"),
        (PODS, "table"),
        ("a,b,c\n1,2,3\n4,5,6", "csv"),
        ("a\tb\n1\t2", "tsv"),
        ("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b", "diff"),
        ("import os\n\ndef f(x):\n    return x\n", "code"),
        ("# Title\n\nSome words.\n\n```\nx\n```\n", "markdown"),
        ("<!DOCTYPE html><html></html>", "html"),
        ('<?xml version="1.0"?><a/>', "xml"),
        ("key: value\nlist:\n  - name: x\n", "yaml"),
        ("[core]\nbare = true\nx = 1\n", "ini"),
        ("#7 0.1 fetch a\n#7 0.2 fetch b\n#7 DONE\n", "text"),
        ("app.py:3: error: no\napp.py:4: error: no", "diagnostics"),
        ("a\0b", "binary"),
        ("Just a sentence.", "text"),
        ("", "text"),
    ],
)
def test_a_kind_is_told_by_the_text(text, kind):
    assert kind_of(text) == kind


def test_each_failure_that_differs_stays_literal():
    lines = [f"10:22:{n % 60:02d} worker {n} handled request {n}" for n in range(300)]
    failed = [
        f"10:23:00 worker {n} failed: {why} is full" for n, why in enumerate("ab")
    ]
    lines[100:100] = failed
    lines[200:200] = ["10:24:00 worker 9 failed: a is full"]
    folded = fold("\n".join(lines), len).text
    assert all(line in folded.split("\n") for line in failed)
    assert unfold(folded) == "\n".join(lines)


def test_a_table_gives_its_spaces_once():
    folded = fold(PODS, len)
    assert folded.skipped is None
    assert folded.text.count("   ") < PODS.count("   ") / 10
    assert unfold(folded.text) == PODS


def test_search_results_give_the_file_once():
    folded = fold(GREP, len).text
    assert folded.count("part_3.py") == 1
    assert unfold(folded) == GREP


def test_records_of_several_lines_become_one_pattern():
    text = "\n".join(
        f"[[package]]\nname = 'part-{n}'\nversion = '1.{n}'\n" for n in range(40)
    )
    folded = fold(text, len).text
    assert folded.count("[[package]]") == 1
    assert unfold(folded) == text


def test_lines_of_a_file_in_a_diff_stay_as_they_are():
    hunk = [f"+    value_{n} = compute({n})" for n in range(60)]
    text = "\n".join(
        part
        for n in range(30)
        for part in (
            f"diff --git a/file_{n}.py b/file_{n}.py",
            f"index {n:07x}..{n + 1:07x} 100644",
            f"--- a/file_{n}.py",
            f"+++ b/file_{n}.py",
            f"@@ -{n},3 +{n},4 @@",
            *hunk[n : n + 2],
        )
    )
    folded = fold(text, len).text
    assert len(folded) < len(text)
    assert all(line in folded for line in hunk[:31])
    assert unfold(folded) == text


@pytest.mark.parametrize(
    "text",
    ["a" * 200_000, "[{(" * 50_000, "a b " * 50_000, "\n" * 50_000, "\x1b[" * 50_000],
    ids=["word", "brackets", "words", "lines", "escapes"],
)
def test_monotonous_text_comes_back(text):
    assert unfold(fold(text, len).text) == text


def test_lines_that_end_in_a_carriage_return_are_folded():
    text = "id,name,count\r" + "".join(f"{n},part number {n},12\r" for n in range(80))
    folded = fold(text, len)
    assert "that end in CR" in folded.text
    assert unfold(folded.text) == text


def test_rows_under_a_header_are_one_pattern_even_if_they_alternate():
    rows = [
        f"  {1000 + n} {('root', 'www-data')[n % 3 == 0]:9} 20   0  "
        f"{123456 + n * 1000} "
        f"{4567 + n:6}   1234 S  {n % 7 * 3.1:5.1f}  {n % 5 * 0.4:5.1f}   0:{n:02}.12 "
        + ("nginx", "python3 app.py")[n % 2]
        for n in range(20)
    ]
    header = "   PID USER      PR  NI    VIRT    RES    SHR S   %CPU   %MEM"
    header += "     TIME+ COMMAND"
    text = "\n".join(["Tasks: 20 total", "", header, *rows])
    lines = fold(text, larger_count).text.split("\n")
    assert unfold("\n".join(lines)) == text
    assert sum(line.startswith("A ") for line in lines) >= 19
    assert not any(line.startswith("B") for line in lines)


def test_names_of_closing_tags_are_the_names_of_opening_ones():
    text = "<project>\n" + "\n".join(
        f"  <name{n * n % 31}>value{n * 37}</name{n * n % 31}>" for n in range(40)
    )
    folded = fold(f"{text}\n</project>", len).text
    assert unfold(folded) == f"{text}\n</project>"
    assert "</⟨=name0⟩>" in folded or "</{=name0}>" in folded

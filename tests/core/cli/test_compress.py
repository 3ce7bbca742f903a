"""`headroom compress`, and what `bench` says of texts that are no JSON."""

import json
import sys

import pytest
from click.testing import CliRunner

from headroom.cli import cli
from headroom.compressors import ToolOutputCompressor

LOG = "".join(
    f"2026-11-27 22:25:{n % 60:02d} [{n * 37 % 100}] INFO request {n % 7} done\n"
    for n in range(80)
)


def invoke(*arguments, **options):
    return CliRunner().invoke(cli, [*map(str, arguments)], **options)


def test_a_log_is_folded_and_comes_back():
    folded = invoke("compress", input=LOG)
    assert folded.exit_code == 0
    assert len(folded.stdout) < len(LOG) / 2
    assert invoke("compress", "--decode", input=folded.stdout).stdout == LOG


def test_json_is_minified_and_comes_back():
    out = invoke("compress", input='{"a": [1, 2]}').stdout
    assert out == '{"a":[1,2]}'


def test_text_without_a_fold_comes_out_as_it_is_with_the_reason():
    result = invoke("compress", input="It was done.\n")
    assert result.stdout == "It was done.\n"
    assert result.stderr.startswith("Unchanged: ")


def test_explain_names_the_kind():
    said = invoke("compress", "--explain", input=LOG).stdout
    assert "Kind: log\n" in said
    assert "saved" in said


def test_a_cap_shows_what_the_query_asks_for():
    capped = invoke(
        "compress", "--max-tokens", 300, "--query", "error 4711", input=LOG * 9 + "4711"
    )
    assert "4711" in capped.stdout
    assert "hidden" in capped.stdout


def test_no_ansi_and_no_blobs():
    result = invoke("compress", "--no-ansi", input="\x1b[31mred\x1b[0m")
    assert result.stdout == "red"


@pytest.mark.parametrize(
    "arguments", [["--decode", "--explain"], ["--query", "x"], ["--max-tokens", "0"]]
)
def test_wrong_use_is_refused(arguments):
    assert invoke("compress", *arguments, input=LOG).exit_code == 2


@pytest.mark.parametrize("command", ["minify", "compress"])
@pytest.mark.parametrize("explain", [[], ["--explain"]])
@pytest.mark.parametrize(
    ("text", "reason"),
    [('{"a": [1, 2', "truncated"), ('{"a": 1,}', "a trailing comma")],
)
def test_broken_json_comes_out_unchanged_with_a_status(command, explain, text, reason):
    done = invoke(command, *explain, input=text)
    assert done.exit_code == 1
    assert f"not JSON: {reason}" in done.output
    if not explain:
        assert done.stdout == text


@pytest.mark.parametrize("rows", [2, 60])
@pytest.mark.parametrize("explain", [[], ["--explain"]])
def test_indented_json_that_is_cut_off_is_told_even_where_it_folds(explain, rows):
    """It looks like YAML, which folds; the command said nothing and exited with 0."""
    whole = json.dumps([{"id": n, "state": "open"} for n in range(rows)], indent=2)
    done = invoke("compress", *explain, input=whole[:-20])
    assert done.exit_code == 1
    assert "not JSON: truncated" in done.output
    if not explain:
        assert ToolOutputCompressor.decode(done.stdout) == whole[:-20]


@pytest.mark.parametrize("command", ["minify", "compress"])
@pytest.mark.parametrize(
    "text", ["12:00 started\n12:01 stopped\n", "[INFO] started\n", "[x] done\n"]
)
def test_a_log_that_opens_with_a_number_or_bracket_is_no_broken_json(command, text):
    done = invoke(command, input=text)
    assert (done.exit_code, done.stdout) == (0, text)


def test_a_missing_extra_is_told_in_options(monkeypatch):
    monkeypatch.setitem(sys.modules, "html_to_markdown", None)
    done = invoke("compress", "--markdown", input="<html><p>hi</p></html>")
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: --markdown needs html-to-markdown")


def test_a_broken_fold_is_an_error():
    folded = invoke("compress", input=LOG).stdout
    broken = invoke("compress", "--decode", input=folded.replace("from 81", "from 80"))
    assert broken.exit_code == 1
    assert "number of lines" in broken.stderr


def test_bench_measures_texts_by_their_kind(tmp_path):
    (tmp_path / "app.log").write_text(LOG)
    (tmp_path / "one.json").write_text('{"a": 1}')
    rows = json.loads(invoke("bench", "--json", tmp_path).stdout)["files"]
    assert [(row["name"], row["kind"]) for row in rows] == [
        ("app.log", "log"),
        ("one.json", "json"),
    ]
    assert rows[0]["saved"]["compact"] > 0.3
    page = tmp_path / "page.html"
    assert "app.log (log)" in invoke("bench", tmp_path, "--html", page).stdout
    assert "app.log (log)" in page.read_text()

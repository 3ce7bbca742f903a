"""`headroom prune`: what is printed for whom."""

import pytest
from click.testing import CliRunner

from headroom.cli.prune import prune

QUERY = "What is the penalty for late payment?"
CONTRACT = (
    "Invoices are due within 30 days. Late payments incur a 10% penalty [bold]. "
    "Contact billing for questions.\n"
)
HEALTH = "Employee health insurance covers dental care. Enrolment opens in May.\n"


def invoke(*arguments, **options):
    return CliRunner().invoke(prune, [*map(str, arguments)], **options)


@pytest.fixture
def files(tmp_path):
    (tmp_path / "contract.md").write_text(CONTRACT, "utf-8")
    (tmp_path / "health.txt").write_text(HEALTH, "utf-8")
    return tmp_path / "contract.md", tmp_path / "health.txt"


def test_the_answer_comes_out_alone_when_piped(files):
    done = CliRunner(charset="ascii").invoke(prune, ["-q", QUERY, *map(str, files)])
    assert done.stdout_bytes == b"Late payments incur a 10% penalty [bold].\n"


def test_stdin_is_a_document_too(files):
    for arguments in ([], ["-"]):
        done = invoke("-q", QUERY, *arguments, input=CONTRACT)
        assert done.output == "Late payments incur a 10% penalty [bold].\n"


def test_documents_stay_apart(files):
    done = invoke("-q", "penalty health insurance", *files)
    assert done.output == (
        "Late payments incur a 10% penalty [bold].\n\n"
        "Employee health insurance covers dental care.\n"
    )


def test_explain_shows_what_is_kept_and_what_goes(files):
    lines = invoke("-q", QUERY, "--explain", *files).output.splitlines()
    assert lines[0].startswith("contract.md  relevance ")
    assert lines[2] == "+ Late payments incur a 10% penalty [bold]."
    assert lines[1].startswith("- Invoices are due within 30 days.  far below the best")
    assert lines[4] == "health.txt  dropped"
    assert lines[5].endswith("care.  below min_score 0.00")
    assert "saved" in lines[-2]
    assert lines[-1].startswith("Tokens are ")


def test_a_terminal_gets_colours(files, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    output = invoke("-q", QUERY, "--explain", *files, color=True).output
    assert "\x1b[32m+ Late payments incur" in output


@pytest.mark.parametrize(
    ("query", "options", "text", "reason"),
    [
        ("", (), CONTRACT, "the query has no words"),
        ("zebras", (), CONTRACT, "no document shares a word with the query"),
        ("zebras", ("--min-score", 0.1), CONTRACT, "no sentence reaches --min-score"),
        ("penalty", ("--max-tokens", 1), CONTRACT, "no sentence fits --max-tokens 1"),
        ("penalty", (), "", "there is no text"),
    ],
)
def test_why_nothing_was_found_goes_to_stderr(query, options, text, reason):
    done = invoke("-q", query, *options, input=text)
    assert done.exit_code == 0
    assert done.stderr.startswith(reason)
    assert reason not in done.stdout
    assert reason in invoke("-q", query, "--explain", *options, input=text).stdout


def test_nothing_is_said_of_what_was_found():
    assert invoke("-q", QUERY, input=CONTRACT).stderr == ""


def test_options_reach_the_compressor(files):
    assert invoke("-q", QUERY, "--max-tokens", 2, *files).stdout == ""
    everything = invoke("-q", QUERY, "--ratio", 1, "--min-score", 0, *files).output
    assert everything == f"{CONTRACT}\n{HEALTH}"


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["--explain"], 2, "Missing option '--query'"),
        (["-q", "x", "--ratio", "0"], 2, "0<x<=1"),
        (["-q", "x", "--model", "m"], 2, "--model needs --scorer"),
        (["-q", "x", "no-such-file"], 2, "No such file"),
        (["-q", "x", "--scorer", "embedding", "--model", "./no"], 1, "is no folder"),
    ],
)
def test_what_is_wrong_is_said(arguments, status, said):
    done = invoke(*arguments, input=CONTRACT)
    assert done.exit_code == status
    assert said in done.output


def test_bytes_that_are_no_text_are_refused():
    done = invoke("-q", "x", input=b"\xff\xfe")
    assert done.exit_code == 1
    assert "not UTF-8" in done.output

"""The `headroom` command, run as a process and through click."""

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.text import Text

from headroom.cli import cli
from headroom.cli.account import by_path, by_reason, shown_path
from headroom.cli.measure import Bench, Payload, payload_files
from headroom.cli.report import as_html
from headroom.cli.wording import in_options
from headroom.compressors import JSONMinifier
from headroom.types import Dropped

PAYLOADS = Path(__file__).parents[3] / "examples" / "payloads"
ISSUES = PAYLOADS / "github_issues.json"
# Brackets that rich would take for markup, and characters beyond code pages.
TRICKY = {"note": "[bold]x[/bold] [/] [red]", "name": "Łódź 中文 🐛", "empty": None}


def process(*arguments, stdin=None, **environment):
    """Run the command with bytes in and bytes out."""
    return subprocess.run(
        [sys.executable, "-m", "headroom", *map(str, arguments)],
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        env=os.environ | environment,
        capture_output=True,
        timeout=120,
    )


def invoke(*arguments, **options):
    """Run the command in this process."""
    return CliRunner().invoke(cli, [*map(str, arguments)], **options)


@pytest.fixture
def file(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


class TestMinify:
    def test_a_file_comes_out_as_compress_returns_it(self):
        done = invoke("minify", ISSUES)
        assert done.exit_code == 0
        assert done.stdout == JSONMinifier().compress(ISSUES.read_bytes())

    @pytest.mark.parametrize("arguments", [["-"], []])
    def test_stdin_is_read(self, arguments):
        done = invoke("minify", *arguments, input=b'{"a": [1, 2], "b": null}')
        assert done.stdout_bytes == b'{"a":[1,2],"b":null}'

    def test_no_byte_is_lost_wherever_the_output_goes(self):
        # Nor is a long line wrapped.
        raw = json.dumps([TRICKY] * 3 + [{"text": "word " * 500}]).encode()
        expected = JSONMinifier().compress(raw).encode()
        done = process("minify", stdin=raw, PYTHONIOENCODING="ascii", COLUMNS="20")
        assert done.stdout == expected

    def test_a_lone_surrogate_survives_the_way_there_and_back(self):
        raw = b'{"half": "\\ud83d", "whole": "\\ud83d\\ude00"}'
        there = invoke("minify", "--lossless", input=raw)
        back = invoke("minify", "--decode", input=there.stdout_bytes)
        assert json.loads(back.stdout_bytes) == json.loads(raw)

    @pytest.mark.parametrize("text", ["", "a", "[1, 2]", "#headroom", "…"])
    def test_a_lone_string_comes_back_as_a_string(self, text):
        there = invoke("minify", "--lossless", input=json.dumps([text]).encode())
        back = invoke("minify", "--decode", input=there.stdout_bytes)
        assert json.loads(back.stdout_bytes) == [text]

    def test_a_number_that_python_cannot_write_is_an_error_without_traceback(self):
        digits = b"9" * 6_000
        there = invoke("minify", "--lossless", input=b"[" + digits + b"]")
        assert digits in there.stdout_bytes
        back = invoke("minify", "--decode", input=there.stdout_bytes)
        assert back.exit_code in {0, 1}
        assert back.exit_code == 0 or "Error: " in back.stderr

    @pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
    def test_every_json_encoding_is_read(self, codec):
        result = invoke("minify", input='{"city": "Łódź"}'.encode(codec))
        assert result.stdout_bytes.decode() == '{"city":"Łódź"}'

    # The law is the minifier's; that the command keeps it shows in a few.
    @settings(max_examples=settings().max_examples // 5)
    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=20),
            lambda inner: (
                st.lists(inner, max_size=4)
                | st.dictionaries(st.text(max_size=8), inner, max_size=4)
            ),
            max_leaves=12,
        )
    )
    def test_lossless_then_decode_gives_the_values_back(self, value):
        there = invoke("minify", "--lossless", input=json.dumps(value).encode())
        back = invoke("minify", "--decode", input=there.stdout_bytes)
        assert json.loads(back.stdout_bytes) == value

    @pytest.mark.parametrize(
        ("flag", "key"),
        [
            ("--keep-links", "labels_url"),
            ("--keep-opaque", "node_id"),
            ("--keep-key=node_id", "node_id"),
        ],
    )
    def test_a_rule_can_be_switched_off(self, flag, key):
        raw = ISSUES.read_bytes()
        plain = json.loads(invoke("minify", "--format=json", input=raw).stdout_bytes)
        kept = invoke("minify", "--format=json", flag, input=raw).stdout_bytes
        assert any(key not in issue for issue in plain)
        assert all(key in issue for issue in json.loads(kept))

    def test_nulls_and_empties_go_when_asked_for(self):
        raw = b'{"a": null, "b": "", "c": 1}'
        assert invoke("minify", input=raw).stdout == '{"a":null,"b":"","c":1}'
        assert invoke("minify", "--drop-nulls", input=raw).stdout == '{"c":1}'
        kept = invoke("minify", "--drop-nulls", "--keep-empty", input=raw)
        assert kept.stdout == '{"b":"","c":1}'

    @pytest.mark.parametrize("flag", ["--keep-links", "--drop-nulls"])
    def test_lossless_names_the_option_that_was_typed(self, flag):
        result = invoke("minify", "--lossless", flag, input=b"{}")
        assert result.exit_code == 2
        assert f"leave out {flag}." in result.stderr

    def test_a_path_of_the_account_is_taken_and_one_that_is_nowhere_is_said(self):
        raw = b'{"items": [{"id": 1, "note": null}, {"id": 2, "note": null}]}'
        arguments = ["minify", "--drop-nulls", "--format=json"]
        shown = invoke(*arguments, "--explain", input=raw).stdout
        assert "items[*].note" in shown
        kept = invoke(*arguments, "--keep-key", "items[*].note", input=raw)
        assert json.loads(kept.stdout) == json.loads(raw)
        missed = invoke(*arguments, "--keep-key", "items.notes", input=raw)
        assert "--keep-key items.notes matches nothing here." in missed.stderr

    def test_more_can_be_dropped(self):
        raw = b'{"a": {"b": {"c": 1}}, "keep": 1, "created_at": 2, "x_at": 3}'
        arguments = ["--exclude-key", "*_at", "--exclude-key", "a.b", "--format=json"]
        result = invoke("minify", *arguments, input=raw)
        assert json.loads(result.stdout_bytes)["keep"] == 1
        assert b"_at" not in result.stdout_bytes
        assert b'"b"' not in result.stdout_bytes

    def test_max_depth_leaves_a_marker(self):
        result = invoke("minify", "--max-depth", "1", input=b'{"a": {"b": 1}, "c": 2}')
        assert "…" in result.stdout_bytes.decode()

    def test_text_that_is_not_json_comes_back_as_it_was(self):
        raw = "No JSON here — just a line.\r\n".encode()
        assert invoke("minify", input=raw).stdout_bytes == raw

    def test_empty_input_gives_empty_output(self):
        result = invoke("minify", input=b"")
        assert (result.exit_code, result.stdout_bytes) == (0, b"")


class TestMinifyRefuses:
    @pytest.mark.parametrize("arguments", [[], ["--explain"], ["--decode"]])
    def test_bytes_that_are_not_text(self, arguments):
        done = invoke("minify", *arguments, input=b"\xff\xfe\x00\xd8\x01")
        assert done.exit_code == 1
        assert done.stdout_bytes == b""
        assert done.stderr.startswith("Error: ")

    def test_to_decode_what_nobody_minified(self):
        result = invoke("minify", "--decode", input=b"just words")
        assert result.exit_code == 1
        assert "Error: " in result.stderr

    @pytest.mark.parametrize(
        "arguments",
        [
            ["--decode", "--explain"],
            ["--lossless", "--exclude-key", "a"],
            ["--lossless", "--max-depth", "2"],
            ["--lossless", "--keep-key", "a"],
            ["--format", "xml"],
            ["--max-depth", "-1"],
            ["no such file.json"],
        ],
    )
    def test_wrong_use(self, arguments):
        assert invoke("minify", *arguments, input=b"{}").exit_code == 2


class TestExplain:
    def test_it_counts_what_went_and_where(self):
        result = invoke("minify", ISSUES, "--explain")
        account = JSONMinifier().explain(ISSUES.read_bytes())
        leaves = sum(one.count for one in account.dropped)
        assert f"{account.tokens_before:,} tokens" in result.stdout
        assert f"-> {account.tokens_after:,}" in result.stdout
        assert f"{leaves:,} values were dropped" in result.stdout
        assert "[*].user.avatar_url" in result.stdout
        for reason, count in by_reason(account.dropped):
            assert reason in result.stdout
            assert f"{count:,}" in result.stdout

    def test_text_without_json_says_why_nothing_was_done(self):
        result = invoke("minify", "--explain", input=b"{broken")
        assert result.stdout.startswith("Unchanged: ")

    def test_keys_with_brackets_are_shown_as_they_are(self):
        raw = b'{"[bold]": null, "b": 1}'
        result = invoke("minify", "--explain", "--drop-nulls", input=raw)
        assert "[bold]" in result.stdout

    def test_nothing_dropped_is_said(self):
        result = invoke("minify", "--explain", "--lossless", ISSUES)
        assert "Nothing was dropped" in result.stdout

    def test_it_is_readable_on_a_narrow_page_and_in_any_encoding(self):
        raw = json.dumps(TRICKY).encode()
        arguments = ["minify", "--explain", "--drop-nulls"]
        done = process(*arguments, stdin=raw, PYTHONIOENCODING="cp1252")
        assert done.returncode == 0
        assert b"empty" in done.stdout


class TestBench:
    def test_json_has_every_figure(self):
        result = invoke("bench", PAYLOADS, "--json", "--price", "2")
        report = json.loads(result.stdout)
        assert result.exit_code == 0
        assert report["tokens"] == "o200k_base"
        assert [one["name"] for one in report["files"]] == sorted(
            path.name for path in PAYLOADS.glob("*.json")
        )
        for one in [*report["files"], report["total"]]:
            for name, before in one["before"].items():
                assert one["saved"][name] == pytest.approx(1 - one["after"] / before)
                money = one["money_per_1000_calls"]
                assert money[name] == pytest.approx(before * 1000 * 2 / 1e6)
        total = report["total"]
        assert total["after"] == sum(one["after"] for one in report["files"])
        assert total["dropped_leaves"] == sum(
            one["leaves"] for one in report["dropped"]
        )

    def test_figures_are_those_of_the_minifier(self):
        [one] = json.loads(invoke("bench", ISSUES, "--json").stdout)["files"]
        account = JSONMinifier().explain(ISSUES.read_bytes())
        assert one["after"] == account.tokens_after

    def test_lossless_drops_nothing(self):
        result = invoke("bench", ISSUES, "--json", "--lossless")
        assert json.loads(result.stdout)["total"]["dropped_leaves"] == 0

    def test_broken_files_are_listed_and_the_run_goes_on(self, file, tmp_path):
        file("good.json", '{"a": 1, "b": null}')
        file("cut.json", '{"a": [1, 2')
        file("empty.json", " \n")
        file("binary.json", b"\xff\xfe\x00\xd8\x01")
        file("deep.json", "[" * 100_000 + "]" * 100_000)
        result = invoke("bench", tmp_path, tmp_path / "missing.json", "--json")
        report = json.loads(result.stdout)
        broken = {one["name"]: one.get("broken") for one in report["files"]}
        assert result.exit_code == 1
        assert broken.pop("good.json") is None
        assert set(broken) == {
            "cut.json", "empty.json", "binary.json", "deep.json", "missing.json",
        }  # fmt: skip
        assert all(broken.values())
        assert report["total"]["measured"] == 1
        table = invoke("bench", tmp_path)
        assert table.exit_code == 1
        assert table.stdout.count("broken: ") == 4
        assert "good.json" in table.stdout

    @pytest.mark.parametrize(
        "broken", ['{"a": 1,}', '{"a": [1, 2', "plain", " ", b"{\xff}"]
    )
    def test_a_broken_file_is_called_what_minify_calls_it(self, file, broken):
        path = file("a.json", broken)
        [one] = json.loads(invoke("bench", path, "--json").stdout)["files"]
        assert one["broken"] in invoke("minify", path).stderr
        assert "pass the" not in one["broken"]

    def test_only_broken_files_are_no_crash(self, file, tmp_path):
        page = tmp_path / "out" / "report.html"
        page.parent.mkdir()
        broken = file("in/cut.json", "{")
        result = invoke("bench", broken, "--html", page, "--price", "1")
        assert result.exit_code == 1
        assert "cut.json" in page.read_text("utf-8")

    def test_paths_of_which_none_is_there_are_wrong_use(self, file, tmp_path):
        paths = tmp_path / "no.json", tmp_path / "none"
        result = invoke("bench", *paths)
        assert result.exit_code == 2
        assert all(str(path) in result.stderr for path in paths)
        assert not result.stdout
        assert invoke("bench", file("a.json", "{}"), *paths).exit_code == 1

    def test_an_unreadable_file_is_listed(self, file, tmp_path):
        folder = tmp_path / "folder.json"
        folder.mkdir()
        result = invoke("bench", file("a.json", "{}"), tmp_path / "a.json" / "b.json")
        assert result.exit_code == 1
        assert "broken: b.json" in result.stdout

    def test_json_lines_and_text_are_measured(self, file, tmp_path):
        row = '{"id": %d, "name": "reading", "note": "a\u2028b", "x": null}'
        file("rows.jsonl", "\n".join(row % at for at in range(50)))
        file("sub/rows.NDJSON", "\n".join(row % at for at in range(50)))
        file("log.txt", "12:00 started\n12:01 stopped\n")
        file(".hidden/no.json", "{}")
        file("notes.md", "not a payload")
        report = json.loads(invoke("bench", tmp_path, "--json").stdout)
        files = {one["name"]: one for one in report["files"]}
        assert set(files) == {"rows.jsonl", "sub/rows.NDJSON", "log.txt"}
        assert files["rows.jsonl"]["leaves"] == 200
        assert files["rows.jsonl"]["saved"]["compact"] > 0.3
        assert files["log.txt"]["saved"]["compact"] == 0
        assert files["log.txt"]["skipped"]

    def test_a_file_named_twice_is_measured_once(self):
        assert [name for name, _ in payload_files((str(ISSUES), str(ISSUES)))] == [
            "github_issues.json"
        ]

    def test_nothing_to_measure_is_wrong_use(self, tmp_path):
        assert invoke("bench", tmp_path).exit_code == 2
        assert invoke("bench").exit_code == 2

    def test_names_with_brackets_are_shown_as_they_are(self, file):
        result = invoke("bench", file("[bold]a[red].json", '{"a": 1}'))
        assert "[bold]a[red].json" in result.stdout

    def test_the_table_is_the_same_in_every_environment(self):
        plain = invoke("bench", ISSUES)
        other = process(
            "bench", ISSUES, PYTHONIOENCODING="cp1252", COLUMNS="44", TERM="dumb"
        )
        assert other.stdout.decode() == plain.stdout
        assert other.stderr == b""

    def test_every_line_fits_a_narrow_terminal(self):
        result = invoke(
            "bench",
            PAYLOADS,
            "--price",
            "2",
            env={"TTY_COMPATIBLE": "1", "COLUMNS": "80"},
        )
        lines = [Text.from_ansi(line).plain for line in result.stdout.splitlines()]
        assert max(map(len, lines)) <= 80
        assert any("headroom" in line for line in lines)
        assert any("github_issues.json" in line for line in lines)

    def test_estimates_are_called_estimates(self, tmp_path):
        done = process(
            "bench",
            ISSUES,
            TIKTOKEN_CACHE_DIR=tmp_path,
            HTTPS_PROXY="http://localhost:9",
        )
        assert b"estimated" in done.stdout
        assert b"o200k_base." not in done.stdout
        assert b"Warning" not in done.stderr

    def test_a_report_that_cannot_be_written_says_so(self, file):
        blocker = file("blocker", "")
        result = invoke("bench", ISSUES, "--html", blocker / "report.html")
        assert result.exit_code == 2
        assert "blocker" in result.stderr

    @pytest.mark.parametrize("option", ["bench --html", "tune --html", "tune --svg"])
    def test_it_says_so_before_it_measures(self, option, tmp_path):
        command, option = option.split()
        result = invoke(command, ISSUES, option, tmp_path / "no" / "report")
        assert result.exit_code == 2
        assert result.stdout == ""
        assert "no folder; make it first" in " ".join(result.stderr.split())

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
    def test_a_full_disk_is_told_after_the_table(self):
        result = invoke("bench", ISSUES, "--html", "/dev/full")
        assert result.exit_code == 1
        assert "/dev/full: No space left" in result.stderr
        assert "github_issues.json" in result.stdout

    @pytest.mark.skipif(
        getattr(os, "geteuid", lambda: 0)() == 0, reason="root may write anywhere"
    )
    def test_a_folder_that_cannot_be_written_into_is_told_first(self, tmp_path):
        tmp_path.chmod(0o500)
        result = invoke("bench", ISSUES, "--html", tmp_path / "report.html")
        assert result.exit_code == 2
        assert result.stdout == ""


class _Page(HTMLParser):
    """Collects tags and what a page would load."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.loads = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.loads += [v for k, v in attrs if k in {"src", "href", "data", "action"}]
        if tag not in {"meta", "rect", "br", "link", "img"}:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    page = tmp_path_factory.mktemp("html") / "report.html"
    result = invoke("bench", PAYLOADS, "--price", "2.5", "--html", page)
    assert result.exit_code == 0
    return page.read_text("utf-8")


class TestReport:
    def test_it_is_one_page_that_loads_nothing(self, html):
        page = _Page()
        page.feed(html)
        assert page.open == []
        assert page.loads == []
        assert {"svg", "rect", "table"} <= set(page.tags)
        assert not {"script", "link", "img", "iframe"} & set(page.tags)
        assert "url(" not in html
        assert "@import" not in html

    def test_it_shows_every_file_what_was_lost_and_the_money(self, html):
        for path in PAYLOADS.glob("*.json"):
            assert path.name in html
        assert "API link" in html
        assert "per million" in html
        assert "prefers-color-scheme: dark" in html

    def test_its_rows_are_those_of_the_terminal(self, html):
        shown = invoke("bench", PAYLOADS, "--price", "2.5").stdout
        rows = re.findall("<tr[^>]*>(.*?)</tr>", html)
        cells = [re.findall("<td[^>]*>(.*?)</td>", row) for row in rows]
        flat = [" ".join(" ".join(row).split()) for row in cells]
        lines = [" ".join(line.split()) for line in shown.splitlines()]
        told = [line for line in lines if re.match(r"\w+\.json |total |mean ", line)]
        assert len(told) == 2 * 9 + 3
        assert set(told) <= set(flat)

    def test_it_is_the_same_each_time(self, html, tmp_path):
        again = tmp_path / "again.html"
        invoke("bench", PAYLOADS, "--price", "2.5", "--html", again)
        assert again.read_text("utf-8") == html

    def test_names_and_keys_cannot_inject_markup(self):
        evil = "<script>alert('x')</script>&amp;"
        one = Payload(
            evil,
            before=(3, 2, 1),
            after=1,
            leaves=1,
            dropped=(Dropped((evil, 0), evil),),
            skipped=evil,
        )
        html = as_html(Bench((one, Payload(evil, broken=evil)), estimated=True))
        assert "<script" not in html
        assert "&amp;amp;" in html

    def test_a_file_that_grew_is_not_shown_as_a_saving(self):
        one = Payload("a.json", before=(10, 10, 10), after=12, leaves=1)
        html = as_html(Bench((one,), estimated=False))
        assert "+20%" in html

    def test_many_files_leave_the_chart_readable(self):
        many = tuple(Payload(f"{n}.json", (9, 8, 7), 3, 1) for n in range(200))
        html = as_html(Bench(many, estimated=False))
        assert html.count("<g>") < 60
        assert "199.json" in html


class TestAccount:
    def test_paths_without_indices_are_added_up(self):
        dropped = [
            Dropped(("items", 0, "url"), "API link"),
            Dropped(("items", 1, "url"), "API link", count=2),
            Dropped(("x",), "null"),
        ]
        assert by_path(dropped) == [("items[*].url", "API link", 3), ("x", "null", 1)]
        assert by_reason(dropped) == [("API link", 3), ("null", 1)]

    def test_the_root_has_a_name(self):
        assert shown_path(()) == "(all)"


def test_help_names_every_command():
    result = invoke("--help")
    for command in ("bench", "minify", "prune"):
        assert command in result.stdout
        assert invoke(command, "--help").exit_code == 0


def test_the_version_is_the_packages():
    import headroom

    assert headroom.__version__ in process("--version").stdout.decode()


def test_an_unknown_command_is_wrong_use():
    assert invoke("shrink").exit_code == 2


class TestErrorsInTheWordsOfTheCommand:
    def test_a_model_is_asked_for_by_options(self, file):
        path = file("a.txt", "A cat. A dog.")
        result = invoke("prune", "-q", "cat", "--scorer", "embedding", path)
        assert result.exit_code == 1
        assert "--scorer embedding --model MODEL" in result.stderr
        assert "or --scorer bm25" in result.stderr
        missing = path.parent / "no model"
        for command in (
            ("prune", "-q", "cat", path, "--scorer", "embedding", "--model", missing),
            ("tune", path, "--scorer", f"embedding={missing}"),
        ):
            result = invoke(*command)
            assert result.exit_code in {1, 2}
            assert "scorer=" not in result.stderr
            assert "model=" not in result.stderr

    @pytest.mark.parametrize(
        ("said", "shown"),
        [
            ('or use scorer="bm25"', "or use --scorer bm25"),
            (
                'pass scorer="bm25" or scorer=CrossEncoderScorer("FOLDER or hub name")',
                "pass --scorer bm25 or --scorer cross-encoder --model MODEL",
            ),
            ('or use device="cpu"', "or use --device cpu"),
            ("min_score=nan; pass a number", "--min-score nan; pass a number"),
            (
                "CrossEncoderScorer.score() raised OSError('offline'); mend the scorer",
                "the scorer failed: OSError: 'offline'",
            ),
            ("a cursor=3 in your text", "a cursor=3 in your text"),
        ],
    )
    def test_arguments_become_options(self, said, shown):
        assert in_options(said) == shown


class TestNarrowTerminal:
    """At 80 columns nothing that tells of loss is hidden, and no word is broken."""

    ENV = {"FORCE_COLOR": "1", "COLUMNS": "80", "TERM": "xterm"}

    def lines(self, *arguments):
        result = CliRunner().invoke(cli, [*map(str, arguments)], env=self.ENV)
        plain = re.sub(r"\x1b\[[0-9;]*m", "", result.stdout)
        return plain.splitlines()

    def test_bench_shows_what_was_dropped_and_what_is_saved(self):
        lines = self.lines("bench", PAYLOADS, "--price", 2.5)
        assert max(map(len, lines)) <= 80
        [_] = [line for line in lines if re.match(r" github_issues.json .*/", line)]
        report = json.loads(invoke("bench", PAYLOADS, "--json").stdout)
        total = report["total"]
        assert f"{total['dropped_leaves']:,}/{total['leaves']:,}" in "\n".join(lines)
        heads = [line for line in lines if "saved, vs each" in line]
        assert len(heads) == 2

    def test_a_long_name_loses_its_middle(self, tmp_path):
        name = "a_payload_with_quite_a_long_name_in_a_folder_page_3.json"
        (tmp_path / name).write_bytes(ISSUES.read_bytes())
        text = "\n".join(self.lines("bench", tmp_path))
        assert " a_payload_wi…page_3.json " in text

    def test_sentences_break_between_words(self, tmp_path):
        (tmp_path / "a.json").write_bytes(ISSUES.read_bytes())
        row = {"payload": "a.json", "answers": [1204]}
        (tmp_path / "expected.jsonl").write_text(json.dumps(row))
        lines = self.lines("tune", tmp_path)
        assert max(map(len, lines)) <= 80
        flat = re.sub(r"\s+", " ", " ".join(lines))
        assert "settings were chosen on one half and counted on the other half" in flat


class TestCounts:
    def test_text_with_json_inside_counts_the_values_inside(self, tmp_path):
        rows = json.loads(ISSUES.read_bytes())[:3]
        log = "12:00 got " + json.dumps(rows) + " from the server\n12:01 done\n"
        (tmp_path / "log.txt").write_text(log)
        (tmp_path / "rows.json").write_text(json.dumps(rows))
        report = json.loads(invoke("bench", tmp_path, "--json").stdout)
        text, alone = report["files"]
        assert text["leaves"] == alone["leaves"] > text["dropped_leaves"] > 0

    @pytest.mark.parametrize("options", [[], ["--explain"]])
    @pytest.mark.parametrize("text", ['[{"a": "b', '{"a": [1, 2', '{"a": 1,}'])
    def test_broken_json_comes_out_unchanged_with_status_1(self, text, options):
        result = CliRunner().invoke(cli, ["minify", *options], input=text)
        assert result.exit_code == 1
        if not options:
            assert result.stdout == text
            assert result.stderr.startswith("Unchanged: not JSON: ")

    def test_text_that_never_was_json_is_no_error(self):
        result = CliRunner().invoke(cli, ["minify"], input="Just a sentence.")
        assert (result.exit_code, result.stdout) == (0, "Just a sentence.")

    def test_prune_keeps_line_breaks(self):
        text = "# Keys\n\n| key | valid |\n|---|---|\n| old | 30 days |\n"
        result = CliRunner().invoke(
            cli,
            ["prune", "-q", "How long is the old key valid?", "--explain"],
            input=text,
        )
        assert "\n  |---|---|\n" in result.stdout


class TestResults:
    def test_an_account_prints_as_a_short_report(self):
        account = JSONMinifier().explain(ISSUES.read_bytes())
        lines = str(account).splitlines()
        assert lines[0] == (
            f"{account.tokens_before:,} -> {account.tokens_after:,} tokens "
            f"({1 - account.ratio:.0%} saved)"
        )
        told = sum(int(line.split()[1].replace(",", "")) for line in lines[1:])
        assert told == sum(one.count for one in account.dropped)
        assert len(lines) < 12

    def test_what_came_back_unchanged_says_why(self):
        assert "unchanged: not JSON" in str(JSONMinifier().explain("a sentence"))

"""What is dropped from text only when it is asked for, and how it is itemised."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.compressors import ToolOutputCompressor
from headroom.tool_outputs.lossy import without_blobs, without_escapes

PICTURE = b"\x89PNG\r\n" + bytes(range(256)) * 3
PACKED = base64.b64encode(PICTURE).decode()


@pytest.fixture(scope="module")
def plain():
    return ToolOutputCompressor(ansi=False, blobs=False, count_tokens=len)


def test_nothing_is_dropped_by_default():
    text = f"\x1b[31mred\x1b[0m data:image/png;base64,{PACKED}"
    account = ToolOutputCompressor(count_tokens=len).explain(text)
    assert account.content == text
    assert account.dropped == ()


def test_escapes_go_and_are_counted_by_line(plain):
    account = plain.explain("one\n\x1b[1m\x1b[31mred\x1b[0m\nthree")
    assert account.content == "one\nred\nthree"
    assert [(d.path, d.reason, d.count) for d in account.dropped] == [
        ((1,), "terminal escapes", 3)
    ]
    assert account.skipped is None


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;https://x.org\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("10%\r50%\r100% done", "100% done"),
        ("a line\r", "a line\r"),
        ("50%\r\r", "50%\r"),
        ("\x1b(Btext", "text"),
        ("\x1b", "\x1b"),
        ("\x1b[31", "\x1b[31"),
    ],
)
def test_a_line_is_shown_as_a_terminal_shows_it(line, shown):
    assert without_escapes(line)[0] == shown


def test_base64_is_named_by_type_size_and_hash(plain):
    account = plain.explain(f'<img src="data:image/png;base64,{PACKED}"> after')
    assert "[base64 left out: image/png, 774 bytes, sha256 " in account.content
    assert account.content.endswith('"> after')
    assert account.dropped[0].reason == "base64"
    start, end = account.dropped[0].span
    assert end - start == len("data:image/png;base64,") + len(PACKED)


@pytest.mark.parametrize("width", [64, 76])
def test_base64_in_lines_is_one_blob(width):
    lines = "\n".join(PACKED[at : at + width] for at in range(0, len(PACKED), width))
    text, dropped = without_blobs(f"Content:\n\n{lines}\n\nend")
    assert len(dropped) == 1
    assert text.startswith("Content:\n\n[base64 left out: image/png, 774 bytes")
    assert text.endswith("]\n\nend")


@pytest.mark.parametrize(
    "text",
    [
        "0123456789abcdef" * 20,
        "/".join(["Users", "Ada1", "Projects", "Headroom", "src7", "Tests"] * 6),
        "WORDS" * 60,
        PACKED[:60],
        PACKED[:-1] + "A" * 2,
    ],
)
def test_what_one_would_read_is_no_base64(text):
    assert without_blobs(text) == (text, [])


@given(st.text("ab\x1b[]31;m\r\n\x07\\0", max_size=60))
def test_without_escapes_every_text_stays_a_part_of_itself(text):
    shown, dropped = without_escapes(text)
    left = iter(text)
    assert all(sign in left for sign in shown)
    assert (shown == text) == (not dropped) or "\r" in text


PAGE = """<!DOCTYPE html><html><head><title>Prices</title><script>x()</script></head>
<body><h1>Prices</h1><p>See <a href="/all">all</a>.</p>
<table><tr><th>item</th><th>price</th></tr><tr><td>nut</td><td>2 EUR</td></tr></table>
</body></html>"""


def test_html_becomes_markdown_when_it_is_asked_for():
    pytest.importorskip("html_to_markdown")
    account = ToolOutputCompressor(markup="text", count_tokens=len).explain(PAGE)
    assert "# Prices" in account.content
    assert "[all](/all)" in account.content
    assert "| nut  | 2 EUR |" in account.content
    assert "x()" not in account.content
    assert [d.reason for d in account.dropped] == ["markup"]
    assert account.kind == "html"

"""A fold decodes to the very text, whatever the text is."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.errors import DecodeError
from headroom.tool_outputs.text.folding import fold_lines
from headroom.tool_outputs.text.kinds import fold, unfold
from headroom.tool_outputs.text.notation import is_folded, read
from headroom.tool_outputs.text.words import words_of

# Words and signs that the notation itself uses, beside those of common outputs.
WORDS = st.sampled_from(
    [
        *(
            "A",
            "A=",
            "B*3",
            "C2=",
            '"',
            '""',
            "\\",
            "{x}",
            "<",
            "|",
            "=",
            "A|=",
            ":<8}",
        ),
        *(
            "=",
            "A|=",
            ":<8}",
            "error",
            "GET",
            "/v1/users/7",
            "10:22:31.5",
            "ok",
            "",
            "\r",
            "\t",
        ),
        *("  ", "    ", "12", "345", "{", "}", "[ref=e4]", "日本", "\u2028", "\x1b[0m"),
    ]
)
LINES = st.lists(WORDS, max_size=7).map(" ".join)


@st.composite
def outputs(draw):
    """Texts in which lines of a few forms come again and again."""
    forms = draw(st.lists(st.lists(WORDS | st.none(), max_size=7), max_size=4))
    lines = []
    for _ in range(draw(st.integers(0, 30))):
        if forms and draw(st.booleans()):
            form = draw(st.sampled_from(forms))
            words = [draw(WORDS) if word is None else word for word in form]
            lines.append(draw(st.sampled_from([" ", " ", "  ", "|"])).join(words))
        else:
            lines.append(draw(LINES))
    return "\n".join(lines) * draw(st.sampled_from([1, 1, 3]))


@st.composite
def tables(draw):
    """Texts with aligned columns."""
    widths = draw(st.lists(st.integers(3, 12), min_size=2, max_size=6))
    right = [draw(st.booleans()) for _ in widths]
    between = draw(st.sampled_from(["  ", "   ", " | ", " "]))
    cell = st.sampled_from(
        ["a", "bb c", "", "12", "|", '"', "value", "longer than any"]
    )
    rows = []
    for _ in range(draw(st.integers(4, 20))):
        cells = [draw(cell) for _ in widths]
        rows.append(
            between.join(
                c.rjust(w) if r else c.ljust(w)
                for c, w, r in zip(cells, widths, right, strict=True)
            )
        )
    return "\n".join(rows)


@given(outputs() | tables())
def test_every_fold_decodes_to_the_text(text):
    lines = text.split("\n")
    written = fold_lines(text, lines, words_of(lines), set())
    if written is not None:
        assert read(written.text()) == text


@given(outputs() | tables() | st.text())
def test_what_comes_out_decodes_to_what_came_in(text):
    folded = fold(text, len)
    assert len(folded.text) <= len(text)
    if not is_folded(text):
        assert unfold(folded.text) == text
    assert fold(folded.text, len).text == folded.text


LOG = "\n".join(
    f"2026-11-27 22:25:{n % 60:02d}.{n * 37 % 1000:03d} [{n}] INFO request {n % 7} done"
    for n in range(60)
)


def test_alike_lines_share_a_pattern():
    folded = fold(LOG, len)
    assert folded.kind == "log"
    assert folded.text.count("INFO request") == 1
    assert unfold(folded.text) == LOG


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", ["", "\n", "\n\n", "  \n"])
def test_line_ends_and_trailing_blanks_come_back(end, last):
    text = (LOG + last).replace("\n", end)
    folded = fold(text, len)
    assert folded.skipped is None
    assert unfold(folded.text) == text


def test_a_folded_text_is_not_folded_again():
    once = fold(LOG, len).text
    again = fold(once, len)
    assert again.text == once
    assert again.skipped == "already folded"


@pytest.mark.parametrize(
    "forged",
    [
        "#folded from 3 lines",
        "#folded " + LOG,
        "\n".join([LOG, fold(LOG, len).text]),
        LOG + "\nA 1 2 3\nA=\nA*9\n\\A\n\\",
    ],
)
def test_a_text_that_forges_the_notation_is_kept(forged):
    folded = fold(forged, len).text
    assert unfold(folded) == forged


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("from 60", "from 61"),
        lambda text: text.rsplit("\n", 1)[0],
        lambda text: text + "\nB 1",
        lambda text: text + "\nA 1 2 3 4 5 6 7 8 9 10 11 12",
        lambda text: text + "\nA*x",
        lambda text: text.replace("}", "", 20),
    ],
)
def test_a_changed_fold_is_refused(change):
    with pytest.raises(DecodeError):
        read(change(fold(LOG, len).text))


def test_a_fold_is_read_without_counting_far_and_without_names_for_short_lines():
    steps = ["fetch", "build", "check", "sign", "push", "tag", "clean"]
    text = "".join(
        f"job {n}\n"
        + "".join(f"  step {s} of run {n * 7} took {n}s on host h{n}\n" for s in steps)
        + f"ok: [app{n % 3}]\n"
        for n in range(40)
    )
    folded = fold(text, len).text
    assert unfold(folded) == text
    heights = [int(h) for h in re.findall(r"^[A-Z]+(\d+)\|?=", folded, re.MULTILINE)]
    assert heights
    assert max(heights) <= 4
    assert "=ok: [app0]" not in folded

"""A text under a cap: the laws, and what stays first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.compressors import ToolOutputCompressor
from headroom.tool_outputs.capping import Wanted, cap

LINES = st.lists(
    st.sampled_from(
        [
            "ok 1",
            "ok 2",
            "ERROR disk is full",
            "warning: slow",
            "",
            "a longer line " * 9,
        ]
    )
    | st.text(max_size=30),
    max_size=60,
)
COUNTERS = st.sampled_from([len, lambda text: len(text.encode()) // 3])


@given(LINES, st.integers(1, 2_000), COUNTERS, st.sampled_from([None, "which disk?"]))
def test_never_above_the_cap_and_every_character_is_shown_or_itemised(
    lines, max_tokens, count, query
):
    text = "\n".join(lines)
    capped = cap(text, Wanted(max_tokens=max_tokens, count_tokens=count, query=query))
    assert count(capped.content) <= max_tokens
    gone = "".join(text[d.span[0] : d.span[1]] for d in capped.dropped)
    assert sum(d.count for d in capped.dropped) == capped.hidden
    if not capped.hidden:
        assert capped.content == text
    elif capped.hidden < capped.total:
        at = 0
        for dropped in capped.dropped:
            assert text[at : dropped.span[0]].strip("\r\n") in capped.content
            at = dropped.span[1]
        assert text[at:].strip("\r\n") in capped.content
    else:
        assert gone == text


@given(
    st.lists(
        st.sampled_from(["is fine", "ERROR x", "warn: y", "retry 1"]), max_size=80
    ),
    st.integers(1, 1_500),
    st.integers(1, 400),
    st.sampled_from([None, "which ERROR?"]),
)
def test_of_lines_of_one_length_a_larger_cap_shows_all_that_a_smaller_one_shows(
    words, smaller, more, query
):
    lines = [f"{number:03} {word}" for number, word in enumerate(words)]
    small, large = (
        set(lines)
        & set(
            cap(
                "\n".join(lines),
                Wanted(max_tokens=max_tokens, count_tokens=len, query=query),
            ).content.split("\n")
        )
        for max_tokens in (smaller, smaller + more)
    )
    assert small <= large


def test_a_line_that_fits_is_shown_even_if_a_longer_one_before_it_did_not():
    text = "\n".join(
        ["start", f"ERROR {'x' * 500}", *["."] * 30, "ERROR no disk", "end"]
    )
    shown = cap(text, Wanted(max_tokens=120, count_tokens=len)).content
    assert "ERROR no disk" in shown
    assert "x" * 500 not in shown


def test_error_lines_stay_before_others():
    lines = [f"line {n} is fine" for n in range(500)]
    lines[250] = "ERROR: disk /dev/sda1 is full"
    capped = cap("\n".join(lines), Wanted(max_tokens=600, count_tokens=len))
    assert "ERROR: disk /dev/sda1 is full" in capped.content
    assert capped.content.startswith(
        f"[headroom: {capped.hidden} of 500 lines hidden]\n"
    )


def test_a_text_with_notes_like_ours_gets_notes_with_a_tag():
    forged = "[headroom: 0 of 3 lines hidden]\n" + "x\n" * 500
    capped = cap(forged, Wanted(max_tokens=300, count_tokens=len))
    head = capped.content.splitlines()[0]
    tag = head.split(" ")[1].rstrip(":")
    assert tag.startswith("#")
    assert tag not in forged
    assert f"notes without {tag} are not headroom's" in head


def test_the_largest_numbers_of_a_column_that_the_query_names_are_shown():
    rows = [f"{1000 + n:>5} www    {n % 7:>5}.{n % 10} {n:>8}k w{n}" for n in range(80)]
    rows[41] = " 1041 www     97.4       41k w41"
    text = "  PID USER    %CPU      RES COMMAND\n" + "\n".join(rows)
    query = "Which process uses most CPU?"
    shown = cap(text, Wanted(max_tokens=400, count_tokens=len, query=query)).content
    assert rows[41] in shown
    rows = [f'{{"id":{n},"latency_ms":{n % 13}}}' for n in range(80)]
    rows[41] = '{"id":41,"latency_ms":812}'
    shown = cap(
        "\n".join(rows),
        Wanted(max_tokens=300, count_tokens=len, query="Highest latency?"),
    )
    assert rows[41] in shown.content
    rows = [f"{n},{n % 13},web" for n in range(80)]
    rows[41] = "41,812,web"
    text = "id,errors,name\n" + "\n".join(rows)
    shown = cap(
        text, Wanted(max_tokens=200, count_tokens=len, query="Which has most errors?")
    )
    assert rows[41] in shown.content


def test_short_error_lines_come_before_one_that_takes_the_room_of_all():
    errors = [f"ERROR {word} is down" for word in ("disk", "net", "cpu", "fan", "bus")]
    text = "\n".join(
        ["start", "ERROR " + "x" * 400, *errors, *[f"tick {n}" for n in range(90)]]
    )
    shown = cap(text, Wanted(max_tokens=250, count_tokens=len)).content
    assert all(line in shown for line in errors)


def test_records_of_csv_with_line_feeds_are_shown_whole_or_not_at_all():
    rows = [f'{n},"Müller, {n}","He said ""hi""\nand left",{n * 3}' for n in range(40)]
    text = "id,name,note,amount\n" + "\n".join(rows)
    for max_tokens in range(120, 600, 40):
        capped = cap(
            text, Wanted(max_tokens=max_tokens, count_tokens=len, query="Who is 23?")
        )
        shown = [row for row in rows if row in capped.content]
        assert capped.content.count("and left") == len(shown)
        assert f"{41 - len(shown) - 1} of 41 records hidden" in capped.content


def test_a_field_is_found_by_the_line_to_which_it_belongs():
    text = "".join(
        f"Adapter eth{n}:\n\n   Address: 10.0.{n}.7\n   Mask: 255.255.0.0\n"
        f"   Suffix: corp{n}\n   Gateway: 10.0.{n}.1\n\n"
        for n in range(20)
    )
    query = "What is the gateway of adapter eth6?"
    shown = cap(text, Wanted(max_tokens=300, count_tokens=len, query=query)).content
    assert "Adapter eth6:" in shown
    assert "   Gateway: 10.0.6.1\n" in shown


def test_what_did_not_happen_is_no_error():
    recap = [f"web{n} : ok=4 changed=1 failed={int(n == 7)}" for n in range(40)]
    shown = cap(
        "\n".join(["RECAP", *recap]), Wanted(max_tokens=200, count_tokens=len)
    ).content
    assert recap[7] in shown
    assert "alike" not in shown


def test_rows_with_more_words_of_the_query_come_before_the_errors_and_the_ends():
    rows = [f"{n},{('Novak', 'Meyer')[n % 2]},A-19,{n},paid" for n in range(40)]
    wanted = {9: "9,Brandt,A-17,4,paid", 23: "23,Brandt,A-17,6,paid"}
    for at, row in wanted.items():
        rows[at] = row
    rows[30] = "30,Novak,A-17,2,failed"
    text = "id,customer,sku,units,status\n" + "\n".join(rows)
    query = "How many units of A-17 did Brandt order?"
    shown = cap(text, Wanted(max_tokens=170, count_tokens=len, query=query)).content
    assert all(row in shown for row in wanted.values())


def test_a_query_for_the_cause_shows_the_error_next_to_its_line():
    lines = [
        f"12:{n:02} INFO batch {n} of customer 4{n % 7}71 written" for n in range(50)
    ]
    lines[8] = "12:08 ERROR batch 8 failed: deadlock detected"
    lines[36] = "12:36 ERROR batch 36 failed: disk quota exceeded"
    lines[39] = "12:39 INFO import of 4571 stopped"
    text = "\n".join(lines)
    query = "Why was the import of 4571 stopped?"
    shown = cap(text, Wanted(max_tokens=260, count_tokens=len, query=query)).content
    assert lines[36] in shown
    assert lines[39] in shown


def test_messages_come_before_the_context_of_any_of_them():
    tests = [
        f"____ test_{n} ____\n\nself = <tests.Case object at 0x{n:08x}>\n\n"
        f"    def test_{n}(self):\n>       assert value() == {n}\n"
        f"E       assert 'v{n}x' == {n}\nE        +  where 'v{n}x' = value()\n\n"
        f"test_it.py:{n}: AssertionError\n"
        for n in range(12)
    ]
    text = "".join(
        ["=== test session starts ===\n", *tests, "12 failed, 30 passed in 1.2s\n"]
    )
    for query in (None, "What failed?"):
        capped = cap(text, Wanted(max_tokens=900, count_tokens=len, query=query))
        # Lines that differ in numbers only are one message.
        assert "E       assert 'v0x' == 0\n" in capped.content
        assert "12 failed, 30 passed" in capped.content
    words = [chr(97 + n) * 4 for n in range(12)]
    for n, word in enumerate(words):
        text = text.replace(f"'v{n}x'", f"'{word}'")
    capped = cap(text, Wanted(max_tokens=900, count_tokens=len))
    assert all(
        f"E       assert '{w}' == {n}" in capped.content for n, w in enumerate(words)
    )


def test_frames_of_a_stack_are_no_errors_and_the_error_itself_is_shown():
    frames = [
        f"    at module{n}.ErrorHandler.fail (lib/error{n}.js:{n}:1)" for n in range(60)
    ]
    text = "\n".join(
        ["start", *frames, "TypeError: cannot read x of null", *frames, "end"]
    )
    shown = cap(text, Wanted(max_tokens=240, count_tokens=len)).content
    assert "TypeError: cannot read x of null" in shown


def test_a_table_with_semicolons_keeps_its_header():
    rows = [
        f"R-{n};Huber;{n},50;{'offen' if n % 9 else 'storniert'}" for n in range(60)
    ]
    text = "Rechnung;Kunde;Betrag;Status\n" + "\n".join(rows)
    for query in (None, "Welche Rechnungen sind storniert?"):
        shown = cap(text, Wanted(max_tokens=420, count_tokens=len, query=query)).content
        assert shown.splitlines()[1] == "Rechnung;Kunde;Betrag;Status"
    assert all(row in shown for row in rows[::9])


def test_rows_without_a_word_that_most_have_answer_a_query_with_not():
    rows = [f"{n},Novak,{n * 3},paid" for n in range(40)]
    wanted = {11: "11,Novak,33,open", 29: "29,Novak,87,failed"}
    for at, row in wanted.items():
        rows[at] = row
    text = "id,customer,amount,status\n" + "\n".join(rows)
    query = "Which orders were not yet paid?"
    shown = cap(text, Wanted(max_tokens=170, count_tokens=len, query=query)).content
    assert all(row in shown for row in wanted.values())
    query = "Which orders are not paid?"
    shown = cap(text, Wanted(max_tokens=170, count_tokens=len, query=query)).content
    assert all(row in shown for row in wanted.values())


def test_a_member_that_is_false_is_none_of_those_that_are_true():
    rows = [f'{{"id":{n},"name":"u{n}","locked":false}}' for n in range(40)]
    for at in (13, 31):
        rows[at] = rows[at].replace("false", "true")
    query = "Which users are locked?"
    shown = cap("\n".join(rows), Wanted(max_tokens=230, count_tokens=len, query=query))
    assert rows[13] in shown.content
    assert rows[31] in shown.content


@pytest.mark.parametrize("query", ["Which file system is nearly full?", None])
def test_the_fullest_rows_of_each_table_are_shown(query):
    disks = [
        f"/dev/sd{chr(97 + n)}1  98G   {n + 11}G  {n + 11}% /mnt/{n}" for n in range(20)
    ]
    disks[9] = "/dev/sdj1  98G   97G  98% /var/lib"
    text = "$ df -h\nFilesystem Size Used Use% Mounted on\n" + "\n".join(disks)
    text += "\n\n$ free -m\n       total  used  free\nMem:   32010 21005  1200\n"
    shown = cap(text, Wanted(max_tokens=330, count_tokens=len, query=query)).content
    assert disks[9] in shown


def test_answers_that_are_hidden_are_counted():
    rows = [f"{n};Huber;{n};{'offen' if n % 4 else 'storniert'}" for n in range(60)]
    text = "Rechnung;Kunde;Betrag;Status\n" + "\n".join(rows)
    query = "Welche Rechnungen sind storniert?"
    shown = cap(text, Wanted(max_tokens=330, count_tokens=len, query=query)).content
    hidden = sum(row not in shown for row in rows[::4])
    assert 0 < hidden < 15
    assert f"; {hidden} of 15 best matches hidden]" in shown.splitlines()[0]
    shown = cap(text, Wanted(max_tokens=900, count_tokens=len, query=query)).content
    assert "best matches" not in shown
    value = [
        {"id": n, "job": f"j{n}", "state": "ok" if n % 4 else "skipped"}
        for n in range(60)
    ]
    capped = ToolOutputCompressor(max_tokens=150).compress(
        value, query="Which were skipped?"
    )
    assert "of 14 best matches hidden" in capped.splitlines()[0]


def test_a_text_that_is_one_short_record_is_shown_as_far_as_it_fits():
    disks = [
        "Name Size Used Full Path",
        *(f"/dev/sd{c} 9G 2G 2{c} /{c}" for c in "abcdef"),
    ]
    text = "\n".join(disks)
    shown = cap(text, Wanted(max_tokens=120, count_tokens=len)).content
    assert disks[0] in shown
    assert sum(disk in shown for disk in disks[1:]) > 1


def test_lines_that_cost_more_together_than_alone_leave_no_room_unused():
    text = "".join(f"{number:03}{'x' * 596}\n" for number in range(40))

    def count(text):
        return len(text) // 10 + 6 * (text.count("\n") > 4)

    for room in range(400, 1000, 5):
        shown = cap(text, Wanted(max_tokens=room, count_tokens=count)).content
        assert shown.count("x" * 596) >= room // 60 - 2


def test_a_line_near_the_top_answers_before_the_same_line_deeper_down():
    parts = "".join(
        f"    <part>\n      <name>part{n}</name>\n      <version>{n}</version>\n"
        "    </part>\n"
        for n in range(10, 40)
    )
    text = (
        "<project>\n  <name>shop</name>\n  <version>2.14.7-BETA-SNAPSHOT</version>\n"
        "  <owner>\n    <version>9</version>\n  </owner>\n"
        f"  <parts>\n{parts}  </parts>\n</project>\n"
    )
    query = "Which version is the project?"
    for room in range(200, 700, 50):
        wanted = Wanted(max_tokens=room, count_tokens=len, query=query)
        assert "2.14.7-BETA-SNAPSHOT" in cap(text, wanted).content


def shown_of(text, max_tokens, query=None):
    return cap(
        text, Wanted(max_tokens=max_tokens, count_tokens=len, query=query)
    ).content


def test_an_error_like_a_notice_but_for_its_number_is_shown():
    lines = [
        f'10.0.0.{n} "GET /pay HTTP/1.1" {404 if n == 3 else 200} {n}7'
        for n in range(60)
    ]
    lines[41] = '10.0.0.41 "GET /pay HTTP/1.1" 502 17'
    assert lines[41] in shown_of("\n".join(lines), 300)


def test_the_first_error_of_each_kind_comes_before_more_of_one_kind():
    lines = [
        f'src/{name}.py:{n}: error: Missing type for argument "{name}"  [no-untyped]'
        for n, name in enumerate(["cart", "tax", "user", "stock", "mail"] * 8)
    ]
    lines[33] = 'src/mail.py:33: error: Name "Decimel" is not defined  [name-defined]'
    assert lines[33] in shown_of("\n".join(lines), 500)


def test_the_first_and_the_last_of_errors_that_are_alike_are_shown():
    lines = [f"12:{n:03} tick of the clock" for n in range(160)]
    for n in (20, 60, 100, 140):
        lines[n] = f"12:{n} ERROR disk {n} is full"
    shown = shown_of("\n".join(lines), 800)
    assert lines[20] in shown
    assert lines[140] in shown
    assert "last error above: 1 of 4 alike" in shown


def test_answers_that_read_alike_in_several_records_are_all_answers():
    grades = ["low", "high", "critical", "moderate"]
    records = [
        f"lib{n}  <{n}.2\nSeverity: {grades[n % 4]}\nTrouble in lib{n}\n"
        for n in range(24)
    ]
    query = "Which libraries are critical?"
    shown = shown_of("\n".join(records), 500, query)
    assert shown.count("Severity: critical") == 6
    shown = shown_of("\n".join(records), 200, query)
    hidden = 6 - shown.count("Severity: critical")
    assert f"; {hidden} of 6 best matches hidden]" in shown


def test_a_count_of_none_is_no_answer():
    hosts = [f"web{n:02} : ok=9 changed=0 failed={int(n == 5)}" for n in range(12)]
    shown = shown_of("\n".join(["RECAP", *hosts]), 150, "Which hosts failed?")
    assert hosts[5] in shown
    assert "best matches" not in shown


def test_a_question_for_a_file_shows_what_changed_in_it():
    hunk = (
        "     rows = load()\n     if not rows:\n-    return {}\n+    return {} or 1\n"
    )
    text = "".join(
        f"diff --git a/src/{name}.py b/src/{name}.py\n--- a/src/{name}.py\n"
        f"+++ b/src/{name}.py\n"
        + "".join(
            f"@@ -{n}0,4 +{n}0,4 @@\n" + hunk.replace("{}", f"{name}{n}")
            for n in (1, 2)
        )
        for name in ("cart", "tax", "user", "stock", "mail")
    )
    shown = shown_of(text, 700, "What changed in src/stock.py?")
    for n in (1, 2):
        assert f"-    return stock{n}\n+    return stock{n} or 1\n" in shown
    for room in range(200, 900, 50):
        lines = shown_of(text, room).split("\n")
        for at, line in enumerate(lines):
            if line.startswith("@@"):
                assert any(each.startswith("-  ") for each in lines[at + 1 : at + 5])


def test_rows_under_a_ruler_come_with_their_header():
    text = "Node: n7\nPods:\n  Name   Memory  Phase\n  ----   ------  -----\n"
    text += "".join(f"  pod{n:02}  {n}00Mi   ready\n" for n in range(30))
    text += "Limits:\n  Kind  Used   Allowed\n  ----  ----   -------\n"
    text += "  cpu   80%    97%\n  disk  12%    44%\nZone: eu-1\n"
    shown = shown_of(text, 200, "What is allowed as limit for disk?")
    assert "Limits:\n  Kind  Used   Allowed\n" in shown
    assert "  disk  12%    44%\n" in shown


@pytest.mark.parametrize("query", [None, "Which request was slowest?"])
def test_a_number_far_above_those_of_lines_of_its_shape_is_shown(query):
    lines = [
        f"12:00:{n} GET /cart user={n * 37 % 911} took {n % 7}.{n}s" for n in range(60)
    ]
    lines[38] = "12:00:38 GET /cart user=112 took 93.38s"
    assert lines[38] in shown_of("\n".join(lines), 300, query)


def test_each_test_that_is_not_ok_is_shown_with_what_it_says():
    names = ["sum", "join", "trim", "sort", "find", "copy"] * 6
    lines = ["TAP version 13"]
    for n, name in enumerate(names):
        if n in (9, 26):
            lines += [
                f"not ok {n} - {name} of nothing",
                "  ---",
                f"  error: 'expected {n} for {name}'",
                "  code: 'ERR_TEST_FAILURE'",
                "  ...",
            ]
        else:
            lines += [f"ok {n} - {name}", "  ---", "  duration_ms: 0.1", "  ..."]
    lines += ["1..36", "# pass 34", "# fail 2"]
    shown = shown_of("\n".join(lines), 420)
    for n in (9, 26):
        assert f"not ok {n} - {names[n]} of nothing" in shown
        assert f"  error: 'expected {n} for {names[n]}'" in shown
    assert "# fail 2" in shown


def test_the_errors_of_a_session_are_shown_with_the_commands_that_they_answer():
    def session(n, answer):
        return f"shop=> select {n} from t{n};\n{answer}\n\n"

    rows = " id | name\n----+------\n" + "".join(f" {n} | x{n}\n" for n in range(9))
    text = "".join(
        session(n, 'ERROR:  column "nam" does not exist' if n == 7 else rows)
        for n in range(14)
    )
    shown = shown_of(text, 500)
    assert 'ERROR:  column "nam" does not exist' in shown
    shown = shown_of(text, 300, "Why did the query of t7 fail?")
    assert "select 7 from t7;\nERROR:" in shown


def test_the_largest_of_a_table_inside_a_report_are_shown():
    text = "Node: n7\nPods:\n  Name   CPU Requests  Memory Requests  Phase\n"
    text += "  ----   ------------  ---------------  -----\n"
    pods = [
        f"  pod{n:02}  {n}00m          {n + 1}0Mi             ready"
        for n in range(10, 40)
    ]
    pods[13] = "  pod23  100m          6Gi              ready"
    text += "\n".join(pods) + "\nZone: eu-1\nTaints: none\n"
    shown = shown_of(text, 330, "Which pod requests most memory?")
    assert pods[13] in shown

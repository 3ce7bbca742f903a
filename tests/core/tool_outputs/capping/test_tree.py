"""A JSON value under a cap: long parts are opened, and members found by their key."""

import json

from headroom.compressors import ToolOutputCompressor
from headroom.tool_outputs.capping import Wanted, cap_tree


def capped(value, max_tokens, query=None):
    return json.loads(
        cap_tree(
            value,
            json.dumps,
            Wanted(max_tokens=max_tokens, count_tokens=len, query=query),
        ).content.split("\n", 1)[1]
    )


def test_two_lists_of_which_neither_fits_show_rows_of_both():
    rows = [{"id": n, "word": f"w{n}"} for n in range(120)]
    shown = capped({"old": rows[:60], "new": rows[60:]}, 900)
    assert rows[0] in shown["old"]
    assert rows[-1] in shown["new"]


def test_lists_of_numbers_show_numbers():
    shown = capped({"x": list(range(200)), "y": list(range(200))}, 300)
    assert 0 in shown["x"]
    assert 199 in shown["y"]


def test_a_member_is_found_by_its_key():
    book = {f"guest{n}": {"room": "single"} for n in range(100)}
    assert "guest64" in capped(book, 400, query="room of guest64")


def test_a_member_is_found_by_its_key_inside_an_object():
    book = {"guests": {f"guest{n}": {"room": "single"} for n in range(60)}}
    assert "guest44" in capped(book, 400, query="room of guest44")["guests"]


def test_a_capped_table_says_what_was_left_out_of_the_document():
    rows = [
        {
            "id": n,
            "text": f"{n * n * 7919} {n}{n}",
            "self": f"https://api.x.com/v1/t/{n}",
        }
        for n in range(80)
    ]
    text = ToolOutputCompressor(max_tokens=600, count_tokens=len).compress(
        json.dumps(rows)
    )
    first, second = text.split("\n")[:2]
    assert "hidden" in first
    assert second.startswith("#headroom left out: API links")


def test_all_rows_that_answer_are_shown_before_their_neighbours():
    guests = [
        {"id": n, "mail": f"guest{n}@x.io", "role": "user", "blocked": n in (4, 9)}
        for n in range(1, 14)
    ]
    compressor = ToolOutputCompressor(max_tokens=94)
    shown = compressor.compress(guests, query="Which guests are blocked?")
    assert "guest4@" in shown
    assert "guest9@" in shown


def test_where_the_best_row_costs_more_in_its_place_than_alone_the_next_is_shown():
    rows = [{"name": f"pkg{n}", "vulns": []} for n in range(10, 22)]

    def count(text):
        return len(text) + 20 * ("[{" in text)

    def shown(cap):
        wanted = Wanted(max_tokens=cap, count_tokens=count)
        return cap_tree({"dependencies": rows}, json.dumps, wanted).content

    first = next(text for text in map(shown, range(1, 200)) if "vulns" in text)
    assert '"rows 0-10 hidden", {"name": "pkg21", "vulns": []}' in first


def test_room_is_used_where_values_cost_more_written_than_alone():
    rows = [
        {
            "id": n,
            "kind": "ping",
            "by": {"post ref id": list(range(100, 500))},
            "post": {"ref": f"P{n}77", "body": "y " * 1_150},
        }
        for n in range(30)
    ]
    query = "Which post has the ref of id 17?"
    for room in range(2_500, 4_000, 250):
        wanted = Wanted(max_tokens=room, count_tokens=len, query=query)
        text = cap_tree(rows, lambda v: json.dumps(v, indent=6), wanted).content
        # One more row without its long members takes about 120 characters.
        assert room - len(text) < 120

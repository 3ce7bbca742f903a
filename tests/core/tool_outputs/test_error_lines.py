"""Which lines of an output tell of an error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.tool_outputs.error_lines import severities, severity

PIECES = [
    *(
        "ERROR ",
        "no errors",
        "not ok",
        "E0512 ",
        "E   assert x",
        "was NOT found",
        "err ",
    ),
    *(
        " 0 failed",
        '" 502 -',
        '" 404 12',
        "ＥＲＲ",
        "İ",
        "konnte nicht",
        "не найден",
        "-",
    ),
    *("エラー", "warn", "exit code: 2", "    at Error.x (", "=====", '{"err": "x"}'),
    *("pending", "ok", "\t"),
]


@given(st.lists(st.lists(st.sampled_from(PIECES) | st.text(max_size=9)).map("".join)))
def test_lines_read_together_tell_what_each_tells_alone(lines):
    assert severities(lines) == [severity(line) for line in lines]


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("ERROR disk is full", 4),
        ("E       assert 'a' == 'b'", 4),
        ("E         - a", 0),
        ('{"error":null,"id":1}', 0),
        ('{"error":"disk full"}', 4),
        ("web2 : ok=4 failed=0", 0),
        ("command not found", 3),
        ("    at ErrorHandler.fail (lib/x.js:1:1)", 2),
        ("=== FAILURES ===", 2),
        ("==========", 0),
        ("Liveness: http-get https://:8443/health delay=5s timeout=1s", 0),
        ("read timeout after 30 s", 3),
        ("* Background saving terminated with success", 0),
        ("container terminated", 3),
        ("fn call() -> Result<u32, std::io::Error>;", 0),
        ('GET /login HTTP/1.1" 401 12', 1),
    ],
)
def test_the_severity_of_a_line(line, level):
    assert severity(line) == level

"""The default counter and the estimate that stands in for it."""

import json
import pickle
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import tiktoken
from hypothesis import given
from hypothesis import strategies as st

from headroom.tokens import TokenCounter, default_counter, estimate_tokens

ANY_TEXT = st.text(st.characters(codec=None), max_size=300)
PAYLOADS = Path(__file__).parents[2] / "examples" / "payloads"


@pytest.fixture(scope="module")
def o200k():
    return tiktoken.get_encoding("o200k_base")


class TestEstimate:
    def test_empty_text_has_no_tokens(self):
        assert estimate_tokens("") == 0

    @given(ANY_TEXT)
    def test_any_other_text_has_at_least_one(self, text):
        assert estimate_tokens(text) >= (1 if text else 0)

    @given(ANY_TEXT, ANY_TEXT)
    def test_longer_text_is_never_estimated_lower(self, start, rest):
        assert estimate_tokens(start + rest) >= estimate_tokens(start)

    @pytest.mark.parametrize(
        "path", sorted(PAYLOADS.glob("*.json")), ids=lambda p: p.stem
    )
    @pytest.mark.parametrize("indent", [None, 2])
    def test_api_responses_are_within_ten_percent(self, o200k, path, indent):
        value = json.loads(path.read_text(encoding="utf-8"))
        text = json.dumps(value, ensure_ascii=False, indent=indent)
        assert estimate_tokens(text) == pytest.approx(len(o200k.encode(text)), rel=0.1)

    @pytest.mark.parametrize(
        "text",
        [
            "The committee has postponed its next meeting until the end of the month.",
            "Der Vertrag wird am Donnerstag im Rathaus der Stadt unterschrieben.",
            "El contrato se firmará el jueves en el ayuntamiento de la ciudad.",
            "Договор будет подписан в четверг в городской администрации.",
            "合同将于星期四在市政府签署，委员会推迟了下一次会议。",
            "契約は木曜日に市役所で結ばれる予定です。",
            "سيوقع العقد يوم الخميس في مبنى بلدية المدينة.",
            "for index, value in enumerate(readings):\n    total += value * 0.5\n",
            "3f2a9c1e-77b0-4e1d-9a55-0c8be1f2a6d4",
            "aGVhZHJvb20ga2VlcHMgd2hhdCBtYXR0ZXJz",
        ],
    )
    def test_a_line_of_any_kind_is_within_forty_percent(self, o200k, text):
        text = "\n".join([text] * 5)
        assert estimate_tokens(text) == pytest.approx(len(o200k.encode(text)), rel=0.4)

    @pytest.mark.parametrize("text", ["a", " ", "中", "😀", "\n", "\ud800", "0", "}"])
    def test_a_long_run_of_one_character_is_not_free(self, text):
        assert 1_000 < estimate_tokens(text * 1_000_000) < 5_000_000


class TestDefaultCounter:
    @given(ANY_TEXT.filter(lambda text: text.isprintable()))
    def test_it_counts_as_o200k_does(self, text):
        plain = tiktoken.get_encoding("o200k_base").encode(text, disallowed_special=())
        assert default_counter()(text) == len(plain)

    def test_it_is_shared(self):
        assert default_counter() is default_counter()

    def test_empty_text_has_no_tokens(self):
        assert default_counter()("") == 0

    def test_the_text_of_a_special_token_is_counted_as_text(self):
        assert default_counter()("<|endoftext|>") > 1

    def test_lone_surrogates_are_counted(self):
        assert default_counter()("\ud800 and \udfff") >= 3

    def test_a_million_spaces_are_counted(self):
        # One slice of them makes o200k give up; tiktoken < 0.13 panicked.
        assert 1_000 < default_counter()(" " * 1_000_000) < 1_000_000

    def test_a_million_letters_without_a_gap_are_counted(self):
        assert default_counter()("a" * 1_000_000) > 10_000

    @pytest.mark.parametrize("gap", [" ", "\n", ""])
    def test_slicing_changes_the_count_by_no_more_than_a_token_a_slice(
        self, o200k, gap
    ):
        text = gap.join(["manifest", "4711", "Łódź", "{}"] * 9_000)
        slices = len(text) // 65_536
        assert abs(default_counter()(text) - len(o200k.encode(text))) <= slices

    def test_it_survives_a_pickle_as_the_shared_counter(self):
        assert pickle.loads(pickle.dumps(default_counter())) is default_counter()

    def test_threads_agree(self):
        counter, gate = TokenCounter(), threading.Barrier(8)

        def count(_: int) -> int:
            gate.wait()
            return counter("Eight threads ask at once, before the table is loaded.")

        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(count, range(8)))) == 1
        assert not counter.estimated


def test_a_text_that_tiktoken_refuses_is_estimated_and_marked(monkeypatch):
    class Refusing:
        def encode(self, text, disallowed_special):
            raise ValueError(text)

    monkeypatch.setattr(tiktoken, "get_encoding", lambda _: Refusing())
    counter = TokenCounter()
    assert not counter.estimated
    assert counter("refused") == estimate_tokens("refused")
    assert counter.estimated


class TestWithoutTheTable:
    """Where tiktoken can't download its table."""

    @pytest.fixture(autouse=True)
    def no_table(self, monkeypatch, tmp_path):
        monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
        monkeypatch.setattr(tiktoken.registry, "ENCODINGS", {})
        monkeypatch.setattr(tiktoken.load, "read_file", self.refuse)

    @staticmethod
    def refuse(_path):
        raise OSError("no network")

    def test_it_warns_once_and_estimates(self):
        counter = TokenCounter()
        with pytest.warns(RuntimeWarning, match="TIKTOKEN_CACHE_DIR") as caught:
            first = counter("How many tokens are these?")
        assert len(caught) == 1
        assert counter("How many tokens are these?") == first
        assert first == estimate_tokens("How many tokens are these?")
        assert counter.estimated

    def test_a_warning_made_an_error_leaves_a_working_counter(self):
        counter = TokenCounter()
        with pytest.raises(RuntimeWarning):  # pytest turns warnings into errors
            counter("first")
        assert counter("second call") == estimate_tokens("second call")

    def test_a_download_that_hangs_is_given_up(self, monkeypatch):
        monkeypatch.setattr("headroom.tokens._LOAD_SECONDS", 0.2)
        stuck = threading.Event()
        monkeypatch.setattr(
            tiktoken.load, "read_file", lambda _: stuck.wait(30) and b""
        )
        counter = TokenCounter()
        with pytest.warns(RuntimeWarning, match="no answer in 0.2 s"):
            assert counter("waiting") == estimate_tokens("waiting")
        stuck.set()


def test_a_process_without_network_counts_without_a_table(tmp_path):
    script = (
        "import socket\n"
        "def refuse(*_, **__): raise OSError('no network')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "from headroom.tokens import default_counter\n"
        "counter = default_counter()\n"
        "print(counter('{\"number\": 1347}'), counter.estimated)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"TIKTOKEN_CACHE_DIR": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.split()[1] == "True"
    assert done.stderr.count("RuntimeWarning") == 1

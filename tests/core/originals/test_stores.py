"""What every store of originals keeps to, and what is each one's own."""

import os
import pickle
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langgraph.store.memory import InMemoryStore

from headroom.errors import HeadroomError, InputError, OriginalError
from headroom.originals import (
    LangGraphStore,
    MemoryStore,
    RedisStore,
    SQLiteStore,
    handle_of,
    keep,
    original,
)

SECRET = b"password=hunter2 " * 20
REDIS = shutil.which("redis-server")


@pytest.fixture(scope="module")
def redis_socket(tmp_path_factory):
    """A Redis server of this test alone, on a Unix socket."""
    if REDIS is None:
        pytest.skip("redis-server is not installed")
    folder = tmp_path_factory.mktemp("redis")
    path = folder / "redis.sock"
    server = subprocess.Popen(
        [REDIS, "--port", "0", "--unixsocket", str(path), "--save", ""],
        cwd=folder,
        stdout=subprocess.DEVNULL,
    )
    while not _answers(path):
        assert server.poll() is None, "redis-server did not start"
        time.sleep(0.02)
    yield f"unix://{path}"
    server.terminate()
    server.wait()


def _answers(path):
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except OSError:
            return False
        return True


@pytest.fixture(params=["memory", "sqlite", "langgraph", "redis"])
def make_store(request, tmp_path):
    """Makes one more view of the same store."""
    if request.param == "memory":
        store = MemoryStore()
        return lambda: store
    if request.param == "langgraph":
        base = InMemoryStore()
        return lambda: LangGraphStore(base)
    if request.param == "sqlite":
        return lambda: SQLiteStore(tmp_path / "folder" / "originals.db")
    address = request.getfixturevalue("redis_socket")
    return lambda: RedisStore(address)


def test_originals_come_back_byte_for_byte(make_store):
    for content in (b"", b"\x00\xff\r\n \n", SECRET, os.urandom(100_000)):
        handle = keep(make_store(), content)
        assert handle == handle_of(content)
        assert original(handle, make_store()) == content


def test_the_same_content_has_one_handle_and_may_be_put_twice(make_store):
    store = make_store()
    assert keep(store, SECRET) == keep(store, SECRET)
    assert original(handle_of(SECRET), store) == SECRET


def test_a_handle_that_is_not_there_says_what_to_do(make_store):
    with pytest.raises(OriginalError, match=r"expired\. Call the tool again"):
        original(handle_of(b"never stored here"), make_store())
    for forged in ("hr_123", "../../etc/passwd", "hr_" + "g" * 32, "", None, 7):
        with pytest.raises(OriginalError, match="is no handle"):
            original(forged, make_store())


class Recording:
    def __init__(self):
        self.data = {}

    def put(self, key, data):
        self.data[key] = data

    def get(self, key):
        return self.data.get(key)


@given(st.binary(max_size=500))
def test_any_object_with_put_and_get_is_a_store_and_reads_nothing(content):
    store = Recording()
    handle = keep(store, content)
    assert original(handle, store) == content
    [(key, data)] = store.data.items()
    assert handle[3:] not in key
    assert len(content) < 12 or content not in data


def test_plain_text_is_kept_where_it_is_asked_for(tmp_path):
    store = SQLiteStore(tmp_path / "o.db", plain_text=True)
    handle = keep(store, SECRET)
    assert original(handle, store) == SECRET
    assert SECRET in (tmp_path / "o.db").read_bytes()


def test_data_that_was_changed_is_never_given_back():
    store = Recording()
    handle = keep(store, SECRET)
    [key] = store.data
    for data in (b"", b"other", store.data[key][:-1], store.data[key][::-1]):
        store.data[key] = data
        with pytest.raises(OriginalError, match="was changed in the store"):
            original(handle, store)


def test_memory_forgets_the_least_recently_used():
    store = MemoryStore(max_bytes=1_000, plain_text=True)
    first, second = keep(store, b"a" * 400), keep(store, b"b" * 400)
    original(first, store)
    keep(store, b"c" * 400)
    assert original(first, store)
    with pytest.raises(OriginalError):
        original(second, store)
    assert keep(store, b"d" * 2_000)
    with pytest.raises(OriginalError):
        original(handle_of(b"d" * 2_000), store)


def test_memory_forgets_what_is_too_old():
    store = MemoryStore(max_age=1e-9)
    handle = keep(store, SECRET)
    with pytest.raises(OriginalError):
        original(handle, store)


def test_a_pickled_memory_store_arrives_empty_with_its_limits():
    store = MemoryStore(max_bytes=5_000, max_age=60)
    keep(store, SECRET)
    twin = pickle.loads(pickle.dumps(store))
    assert (twin.max_bytes, twin.max_age) == (5_000, 60)
    with pytest.raises(OriginalError):
        original(handle_of(SECRET), twin)


def test_sqlite_is_readable_by_its_owner_alone_and_holds_no_plain_text(tmp_path):
    path = tmp_path / "folder" / "o.db"
    keep(SQLiteStore(path), SECRET)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    everything = b"".join(each.read_bytes() for each in path.parent.iterdir())
    assert b"hunter2" not in everything


def test_sqlite_stays_under_its_size_the_oldest_go_first(tmp_path):
    store = SQLiteStore(tmp_path / "o.db", max_bytes=10_000, plain_text=True)
    handles = [keep(store, bytes([n]) * 3_000) for n in range(6)]
    found = [_there(handle, store) for handle in handles]
    assert found == [False, False, False, True, True, True]
    keep(store, b"z" * 20_000)
    assert not _there(handle_of(b"z" * 20_000), store)


def test_sqlite_forgets_what_is_too_old(tmp_path):
    path = tmp_path / "o.db"
    handle = keep(SQLiteStore(path), SECRET)
    assert _there(handle, SQLiteStore(path))
    with sqlite3.connect(path) as database:
        database.execute("UPDATE originals SET stored = stored - 8 * 24 * 3600")
    assert not _there(handle, SQLiteStore(path))
    assert _there(handle, SQLiteStore(path, max_age=None))
    keep(SQLiteStore(path), b"another")
    assert not _there(handle, SQLiteStore(path, max_age=None))


def _there(handle, store):
    try:
        return bool(original(handle, store))
    except OriginalError:
        return False


def test_a_file_that_is_no_store_is_named(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("these are no originals " * 100)
    with pytest.raises(InputError, match=r"notes\.txt.*cannot be used"):
        keep(SQLiteStore(path), SECRET)
    assert path.read_text().startswith("these are no originals")


# A process that says when it is ready, waits to be told, and puts so many originals.
_WRITER = """
import sys
from headroom.originals import SQLiteStore, keep
path, writer, count = sys.argv[1:]
store = SQLiteStore(path, max_bytes=10_000_000)
print("ready", flush=True)
input()
for number in range(int(count)):
    keep(store, f"writer {writer}, output {number} ".encode() * 50)
"""


def _writer(path, writer, count):
    started = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(path), str(writer), str(count)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert started.stdout.readline() == "ready\n"
    return started


def _go(writer):
    writer.stdin.write("go\n")
    writer.stdin.flush()


def _content(writer, number):
    return f"writer {writer}, output {number} ".encode() * 50


def test_sqlite_holds_what_concurrent_processes_put(tmp_path):
    path = tmp_path / "o.db"
    writers = [_writer(path, number, 20) for number in range(2)]
    for writer in writers:
        _go(writer)
    for writer in writers:
        writer.communicate()
        assert writer.returncode == 0
    for writer in range(2):
        for number in range(20):
            content = _content(writer, number)
            assert original(handle_of(content), SQLiteStore(path)) == content


def test_sqlite_is_whole_after_a_writer_was_killed(tmp_path):
    path = tmp_path / "o.db"
    writer = _writer(path, 1, 1_000_000)
    _go(writer)
    while not _there(handle_of(_content(1, 5)), SQLiteStore(path)):
        assert writer.poll() is None
    os.kill(writer.pid, signal.SIGKILL)
    writer.communicate()
    store = SQLiteStore(path)
    handle = keep(store, b"after the kill")
    assert original(handle, store) == b"after the kill"
    assert original(handle_of(_content(1, 3)), store) == _content(1, 3)
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        [(said,)] = database.execute("SELECT bytes FROM size")
        [(counted,)] = database.execute("SELECT sum(bytes) FROM originals")
    assert said == counted


def test_redis_originals_expire_and_are_seen_by_another_client(redis_socket):
    import redis

    client = redis.Redis.from_url(redis_socket)
    handle = keep(RedisStore(client, max_age=3_600, prefix="mine:"), SECRET)
    [key] = client.keys("mine:*")
    assert 0 < client.pttl(key) <= 3_600_000
    assert b"hunter2" not in client.get(key)
    twin = pickle.loads(pickle.dumps(RedisStore(redis_socket, prefix="mine:")))
    assert original(handle, twin) == SECRET
    with pytest.raises(TypeError, match="decode_responses"):
        RedisStore(redis.Redis.from_url(redis_socket, decode_responses=True))


@pytest.mark.parametrize(
    "make",
    [
        lambda: MemoryStore(max_bytes=0),
        lambda: MemoryStore(max_age=-1),
        lambda: SQLiteStore("x", max_bytes="1"),
        lambda: LangGraphStore(object()),
        lambda: RedisStore(object()),
    ],
)
def test_options_out_of_range_are_refused(make):
    with pytest.raises((ValueError, TypeError), match="pass"):
        make()


def test_errors_are_headrooms_and_lookup_errors():
    assert issubclass(OriginalError, HeadroomError)
    assert issubclass(OriginalError, LookupError)

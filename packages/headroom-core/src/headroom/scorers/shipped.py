"""The small model that ships with Headroom, deciding together with BM25.

It has two parts: a network that reads English, and a table that matches words of a
hundred languages by their meaning. What they are and how well they do:
docs/cross-encoder.md.
"""

import hashlib
import io
import threading
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headroom.errors import ScorerError
from headroom.scorers.bm25 import BM25Scorer
from headroom.scorers.language import is_english
from headroom.scorers.meaning import Meaning
from headroom.scorers.models import import_extra
from headroom.scorers.words import Sentences

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["meaning", "shipped_logits", "shipped_scores"]

_FOLDER = Path(__file__).parent / "model"
# A file that was cut short or exchanged would score nonsense without a word.
_SHA256 = {
    "matching.npz": "ee0f31b3e4782dddc00796d41c0daf697ae59d387b90641bc9a72efb222340c5",
    "model.onnx": "a95126693fd68ce6a2eb26e390e23acc71a376dc4c220d05684c1d276cb63cfc",
    "tokenizer.json": (
        "f69845807f2ba57d5b2f82177c86a7535f1757f4131d3520da59f322b1018593"
    ),
    "pieces.txt": "3b36d7762fd39028ff2ab6fcbe349bfec4c251ede8976a40cef4533256e3ad27",
    "vectors.npz": "87a1fb376fd1eb54988b1c32ade56fc5f0fb6bf986c6ed72deac95e7c5e8a590",
}
# A logit is this share of the network's and of the table's, where both read the
# sentence; else the table's alone. Source of all numbers: measured,
# docs/cross-encoder.md.
_NETWORK, _TABLE = 0.7, 0.3
# A probability is a gentle slope of it, so that a sentence with half of what is asked
# for does not vanish.
_SLOPE, _MIDDLE = 0.6, 0.5
# Where no word matches, the table's logits are lower, and decide nevertheless.
_ALONE_SLOPE, _ALONE_MIDDLE = 0.8, -3.0
# A score is share x the model's probability + (1 - share) x BM25's score. Where the
# best sentence holds _MATCHED of the query's words' weight or more, the share is
# _MOST x the model's confidence in its best sentence: less where none has all that
# is asked for, as with questions of several hops. It grows to 1 where no sentence
# shares a word with the query: there the model decides alone.
_MOST, _MATCHED = 0.4, 0.4
# Where words decide too, a probability below that says nothing.
_NOISE = 0.05
# Which sentence comes first is the model's choice: one with _SURE of the softmax of
# the logits at _TEMPERATURE rises to _FIRST of the best score, others by their part.
_TEMPERATURE, _SURE, _FIRST = 0.3, 0.55, 1.05

_MOST_TOKENS = 256  # of one text; what follows is left to BM25
_BATCH = 8  # measured: a third faster than 45 at once, the tables stay in the cache

Logits = Callable[[str, Sequence[str]], "npt.NDArray[np.float32]"]

_loading = threading.Lock()


def shipped_scores(query: str, sentences: Sequence[str], threads: int) -> list[float]:
    """Return the relevance in [0, 1] of each sentence, same order.

    Raises:
        ImportError: If onnxruntime or tokenizers is not installed.
        ScorerError: If the model's files are not those of this release.
    """
    if not sentences:
        return []
    import_extra("onnxruntime", "onnx")  # numpy comes with it
    import numpy as np

    known = sentences if isinstance(sentences, Sentences) else Sentences(sentences)
    by_words = np.array(BM25Scorer().score(query, known))
    by_table = meaning().logits(query, known)
    logits = by_table
    # Asked in any case: a missing extra must not show with some queries only.
    network = _shipped(threads)
    if is_english(query):
        together = _NETWORK * network(query, known) + _TABLE * by_table
        logits = np.where([is_english(each) for each in known], together, by_table)
    matched = min(1.0, by_words.max() / _MATCHED)
    # The network has learned from questions that share words with their answers, and
    # believes in nothing else.
    by_meaning = np.maximum(
        _logistic(_SLOPE * (logits - _MIDDLE)),
        (1 - matched) * _logistic(_ALONE_SLOPE * (by_table - _ALONE_MIDDLE)),
    )
    share = 1 - (1 - _MOST * _logistic(logits.max())) * matched
    meant = np.maximum(0, by_meaning - _NOISE * matched)
    scores = share * meant + (1 - share) * by_words
    chances = np.exp((logits - logits.max()) / _TEMPERATURE)
    rises = np.minimum(1, chances / chances.sum() / _SURE)
    scores += rises * (min(1.0, _FIRST * scores.max()) - scores).clip(0)
    found: list[float] = scores.tolist()
    return found


def _logistic(x: Any) -> Any:
    import numpy as np

    # tanh, because exp overflows for strongly negative logits.
    return 0.5 * (1 + np.tanh(x / 2))


def meaning() -> Meaning:
    """Return the loaded table; one thread loads, the others wait.

    Raises:
        ImportError, ScorerError: As `shipped_scores`.
    """
    with _loading:
        return _table()


@lru_cache(maxsize=1)
def _table() -> Meaning:
    import_extra("onnxruntime", "onnx")  # numpy comes with it
    import numpy as np

    names = _checked("pieces.txt").decode()
    table, learned = (
        np.load(io.BytesIO(_checked(name))) for name in ("vectors.npz", "matching.npz")
    )
    return Meaning(names, table, learned)


def shipped_logits(
    query: str, sentences: Sequence[str], threads: int = 1
) -> "npt.NDArray[np.float32]":
    """Return the logits (n,) of the network alone.

    Raises:
        ImportError, ScorerError: As `shipped_scores`.
    """
    return _shipped(threads)(query, sentences)


def _shipped(threads: int) -> Logits:
    """Return the loaded model; one thread loads, the others wait."""
    with _loading:
        return _loaded(threads)


@lru_cache(maxsize=2)
def _loaded(threads: int) -> Logits:
    """Return the function from a query and sentences to the model's logits."""
    import numpy as np

    onnxruntime = import_extra("onnxruntime", "onnx")
    tokenizers = import_extra("tokenizers", "onnx")
    model = _checked("model.onnx")
    tokenizer = tokenizers.Tokenizer.from_buffer(_checked("tokenizer.json"))
    tokenizer.enable_truncation(_MOST_TOKENS)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Waiting threads sleep: the processor belongs to the user's program.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(
        model, options, providers=["CPUExecutionProvider"]
    )
    unknown = tokenizer.token_to_id("[UNK]")

    def cut(texts: Sequence[str]) -> list[list[int]]:
        # A lone surrogate cannot be encoded, and must not make a text unreadable.
        clean = [text.encode("utf-8", "replace").decode() for text in texts]
        found = tokenizer.encode_batch(clean, add_special_tokens=False)
        return [each.ids or [unknown] for each in found]

    def rows(ids: Sequence[Sequence[int]]) -> Any:
        padded = np.zeros((len(ids), max(map(len, ids))), np.int64)
        for row, known in zip(padded, ids, strict=True):
            row[: len(known)] = known
        return padded

    def logits(query: str, sentences: Sequence[str]) -> "npt.NDArray[np.float32]":
        asked = rows(cut([query]))
        ids = cut(sentences)
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        found = np.empty(len(ids), np.float32)
        for start in range(0, len(order), _BATCH):
            chosen = order[start : start + _BATCH]
            feed = {"query": asked, "sentences": rows([ids[i] for i in chosen])}
            found[chosen] = session.run(None, feed)[0]
        return found

    return logits


def _checked(name: str) -> bytes:
    """Return the bytes of a file of the model.

    Raises:
        ScorerError: If it is not there, or not what was released.
    """
    path = _FOLDER / name
    if not path.is_file():
        raise ScorerError(
            f"{path} is missing; reinstall headroom-core, or pass "
            'scorer="bm25" or scorer=CrossEncoderScorer("FOLDER or hub name")'
        )
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != _SHA256[name]:
        raise ScorerError(
            f"{path} is not the file that was released (SHA-256 differs); "
            "reinstall headroom-core"
        )
    return content

"""The small model that ships with Headroom, deciding together with BM25.

It has two parts: a network that reads English, and a table that matches words of a
hundred languages by their meaning. What they are and how well they do:
docs/cross-encoder.md.
"""

import gzip
import hashlib
import io
import json
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
from headroom.scorers.pieces import Pieces, WordPieces, padded
from headroom.scorers.words import Sentences

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["logistic", "shipped_logits", "shipped_scores"]

_FOLDER = Path(__file__).parent / "model"
# A file that was cut short or exchanged would score nonsense without a word.
_SHA256 = {
    "matching.onnx": "c67d1bcd797583d671099699f2b38fdd36956e604815008abcdcbdc79048a6f6",
    "network.onnx": "4c841cbff974ab9b4eb63a775319c27b779ee8ee76c642263085296d29566a7b",
    "pieces.txt.gz": "75bd70f25af8e39a20ae64108696ed857af3afbdd5a0fc8efb7ed4547b7f3eaf",
    "tokenizer.json.gz": (
        "7bb12aa9b8e4a94982043dae6c88460b7836a12c160ebe7de9cbf42953accbcb"
    ),
    "vectors.npz": "b5f197ce991d66cdfc8dce8912734d7044209f683cc41321fb9539423459496c",
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

Cut = Callable[[Sequence[str]], list[Sequence[int]]]
Arrays = Callable[[Sequence[Sequence[int]]], tuple[Any, ...]]
Logits = Callable[[str, Sequence[str]], "npt.NDArray[np.float32]"]

_loading = threading.Lock()


def shipped_scores(query: str, sentences: Sequence[str], threads: int) -> list[float]:
    """Return the relevance in [0, 1] of each sentence, same order.

    Raises:
        ImportError: If onnxruntime is not installed.
        ScorerError: If the model's files are not those of this release.
    """
    if not sentences:
        return []
    # Asked in any case: a missing extra must not show with some queries only.
    import_extra("onnxruntime", "onnx")
    import numpy as np

    known = sentences if isinstance(sentences, Sentences) else Sentences(sentences)
    by_words = np.array(BM25Scorer().score(query, known))
    by_table = shipped_logits("matching", query, known, threads)
    logits = by_table
    if is_english(query):
        by_network = shipped_logits("network", query, known, threads)
        together = _NETWORK * by_network + _TABLE * by_table
        logits = np.where([is_english(each) for each in known], together, by_table)
    matched = min(1.0, by_words.max() / _MATCHED)
    # The network has learned from questions that share words with their answers, and
    # believes in nothing else.
    by_meaning = np.maximum(
        logistic(_SLOPE * (logits - _MIDDLE)),
        (1 - matched) * logistic(_ALONE_SLOPE * (by_table - _ALONE_MIDDLE)),
    )
    share = 1 - (1 - _MOST * logistic(logits.max())) * matched
    meant = np.maximum(0, by_meaning - _NOISE * matched)
    scores = share * meant + (1 - share) * by_words
    chances = np.exp((logits - logits.max()) / _TEMPERATURE)
    rises = np.minimum(1, chances / chances.sum() / _SURE)
    scores += rises * (min(1.0, _FIRST * scores.max()) - scores).clip(0)
    found: list[float] = scores.tolist()
    return found


def logistic(x: Any) -> Any:
    """Return the probabilities of logits, an array of any shape."""
    import numpy as np

    # tanh, because exp overflows for strongly negative logits.
    return 0.5 * (1 + np.tanh(x / 2))


def shipped_logits(
    part: str, query: str, sentences: Sequence[str], threads: int = 1
) -> "npt.NDArray[np.float32]":
    """Return the logits (n,) of one part alone, "network" or "matching".

    One thread loads it, the others wait.

    Raises:
        ImportError, ScorerError: As `shipped_scores`.
    """
    with _loading:
        logits = _loaded(part, threads)
    return logits(query, sentences)


@lru_cache(maxsize=4)
def _loaded(part: str, threads: int) -> Logits:
    """Return the function from a query and sentences to a part's logits."""
    onnxruntime = import_extra("onnxruntime", "onnx")
    import numpy as np

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Waiting threads sleep: the processor belongs to the user's program.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(
        _checked(f"{part}.onnx"), options, providers=["CPUExecutionProvider"]
    )
    names = [each.name for each in session.get_inputs()]
    cut, arrays = _pieces() if part == "network" else _words()

    def logits(query: str, sentences: Sequence[str]) -> "npt.NDArray[np.float32]":
        asked, tokens = arrays(cut([query])), cut(sentences)
        order = sorted(range(len(tokens)), key=lambda i: len(tokens[i]))
        found = np.empty(len(tokens), np.float32)
        for start in range(0, len(order), _BATCH):
            chosen = order[start : start + _BATCH]
            inputs = *asked, *arrays([tokens[i] for i in chosen])
            feed = dict(zip(names, inputs, strict=True))
            found[chosen] = session.run(None, feed)[0]
        return found

    return logits


def _pieces() -> tuple[Cut, Arrays]:
    """Return what cuts texts into the network's tokens, and pads them."""
    rules = json.loads(gzip.decompress(_checked("tokenizer.json.gz")))
    return _cutting(WordPieces(rules["model"]["vocab"])), lambda rows: (padded(rows),)


def _words() -> tuple[Cut, Arrays]:
    """Return what cuts texts into the table's tokens, and looks them up."""
    import numpy as np

    names = gzip.decompress(_checked("pieces.txt.gz")).decode()
    table = Meaning(names, np.load(io.BytesIO(_checked("vectors.npz"))))
    return _cutting(table.pieces), table.rows


def _cutting(pieces: Pieces | WordPieces) -> Cut:
    """Return what cuts each of several texts into tokens."""
    return lambda texts: [pieces.tokens(text, _MOST_TOKENS) for text in texts]


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

"""The small cross-encoder that ships with Headroom, deciding together with BM25.

The model reads English; what it makes of other languages is worth nothing, so there
BM25 decides alone. What it is and how well it does: docs/cross-encoder.md.
"""

import hashlib
import math
import threading
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headroom.errors import ScorerError
from headroom.scorers.bm25 import BM25Scorer
from headroom.scorers.models import import_onnx
from headroom.scorers.words import Sentences, language

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["MOST", "shipped_logits", "shipped_scores", "sure"]

_FOLDER = Path(__file__).parent / "model"
# A file that was cut short or exchanged would score nonsense without a word.
_MODEL_SHA256 = "a95126693fd68ce6a2eb26e390e23acc71a376dc4c220d05684c1d276cb63cfc"
_TOKENIZER_SHA256 = "f69845807f2ba57d5b2f82177c86a7535f1757f4131d3520da59f322b1018593"
# A score is share x sure(logit) + (1 - share) x BM25's score. The share of the model
# is MOST x the logistic of its best logit: less where no sentence has all that is
# asked for, as with questions of several hops. The slope is gentle, so that a
# sentence with half of it does not vanish. Source: measured, docs/cross-encoder.md.
MOST = 0.4
_SLOPE, _OFFSET = 0.4, -0.8

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
    known = sentences if isinstance(sentences, Sentences) else Sentences(sentences)
    # Asked in any case: a missing extra must not show with some queries only.
    model = _shipped(threads)
    by_words = BM25Scorer().score(query, known)
    if language(query) != "en":
        return by_words
    found = model(query, known).tolist()
    share = MOST * _logistic(max(found))
    return [
        share * sure(logit) + (1 - share) * words
        for logit, words in zip(found, by_words, strict=True)
    ]


def sure(logit: float) -> float:
    """Return how relevant the model alone finds a sentence, in [0, 1]."""
    return _logistic(_SLOPE * logit + _OFFSET)


def _logistic(x: float) -> float:
    # tanh, because exp overflows for strongly negative logits.
    return 0.5 * (1 + math.tanh(x / 2))


def shipped_logits(
    query: str, sentences: Sequence[str], threads: int = 1
) -> "npt.NDArray[np.float32]":
    """Return the logits (n,) of the model alone.

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

    onnxruntime, tokenizers = import_onnx()
    model, cutter = (
        _checked("model.onnx", _MODEL_SHA256),
        _checked("tokenizer.json", _TOKENIZER_SHA256),
    )
    tokenizer = tokenizers.Tokenizer.from_buffer(cutter)
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


def _checked(name: str, sha256: str) -> bytes:
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
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ScorerError(
            f"{path} is not the file that was released (SHA-256 differs); "
            "reinstall headroom-core"
        )
    return content

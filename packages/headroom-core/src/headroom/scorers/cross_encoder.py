"""Cross-encoders: models that read the query and a sentence together."""

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from headroom.errors import ScorerError
from headroom.scorers.models import import_onnx, located, missing_extra
from headroom.scorers.shipped import shipped_scores

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["CrossEncoderScorer"]

_ONNX_FILES = ("model.onnx", "onnx/model.onnx", "model_quantized.onnx")
_TORCH_FILES = ("*.safetensors", "*.bin", "*/*.safetensors", "*/*.bin")
_MOST_TOKENS = 512

Logits = Callable[[str, Sequence[str], int], "npt.NDArray[np.floating[Any]]"]

_loading = threading.Lock()


@dataclass(frozen=True, eq=False)
class CrossEncoderScorer:
    """Scores each sentence by a model that reads it together with the query.

    The model is loaded on first use, once per process, whoever shares it; nothing
    is downloaded unless `model` is a hub name.

    Attributes:
        model: A folder with `model.onnx` and `tokenizer.json`, run by onnxruntime
            without torch; or a sentence-transformers CrossEncoder, by folder or hub
            name; or None for the small model that ships with Headroom, which decides
            together with BM25 and leaves languages other than English to it.
        device: "cpu", "cuda", ...; None is the CPU for ONNX, and for
            sentence-transformers the best device there is. The model that ships
            always runs on the CPU.
        batch_size: Sentences per forward pass of another model than the one that
            ships, at least 1; they are sorted by length first, which saves about
            half of the time (padding).
        threads: Processor threads of an ONNX model, at least 1; scores are the same
            for any number.
        min_score: The floor below which `SemanticCompressor` drops a sentence.
    """

    model: str | Path | None = None
    _: KW_ONLY
    device: str | None = None
    batch_size: int = 32
    threads: int = 1

    # Source: measured with the model that ships, docs/cross-encoder.md.
    min_score: ClassVar[float] = 0.1

    def __post_init__(self) -> None:
        if self.model is not None and not isinstance(self.model, str | Path):
            raise ScorerError(
                f"model={self.model!r}; pass a folder, a hub name, or None"
            )
        if not isinstance(self.batch_size, int) or self.batch_size < 1:
            raise ScorerError(f"batch_size={self.batch_size!r}; pass 1 or more")
        if not isinstance(self.threads, int) or self.threads < 1:
            raise ScorerError(f"threads={self.threads!r}; pass 1 or more")

    def score(self, query: str, sentences: Sequence[str]) -> list[float]:
        """Return one relevance in [0, 1] per sentence, same order; [] for none.

        Raises:
            ImportError: If the packages that run the model are not installed.
            ScorerError: If there is no such model, it is no cross-encoder, or the
                files of the model that ships are damaged.
        """
        if not sentences:
            return []
        if self.model is None:
            return shipped_scores(query, sentences, self.threads)
        with _loading:
            logits = _loaded(self.model, self.device, self.threads)
        return _probabilities(logits(query, sentences, self.batch_size))


# Bounded, so that trying many models does not keep them all in memory.
@lru_cache(maxsize=4)
def _loaded(model: str | Path, device: str | None, threads: int) -> Logits:
    """Return the function from a query and sentences to logits."""
    place = located(model)
    folder = Path(place)
    if folder.is_dir():
        if _onnx_file(folder):
            return _onnx_logits(folder, device, threads)
        if not any(any(folder.glob(name)) for name in _TORCH_FILES):
            raise ScorerError(
                f"{folder} has no model.onnx, nor the weights of a "
                "sentence-transformers model; export the model into it"
            )
    return _torch_logits(place, device)


def _onnx_file(folder: Path) -> Path | None:
    return next((folder / f for f in _ONNX_FILES if (folder / f).is_file()), None)


def _onnx_logits(folder: Path, device: str | None, threads: int) -> Logits:
    """Load an ONNX folder: model, `tokenizer.json` and, if there, `config.json`."""
    import numpy as np

    onnxruntime, tokenizers = import_onnx()
    path = folder / "tokenizer.json"
    if not path.is_file():
        raise ScorerError(f"{folder} has no tokenizer.json; export it with the model")
    tokenizer = tokenizers.Tokenizer.from_file(str(path))
    tokenizer.enable_truncation(_most_tokens(folder), strategy="longest_first")
    pad = tokenizer.token_to_id("[PAD]")
    pad = tokenizer.token_to_id("<pad>") if pad is None else pad
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(
        str(_onnx_file(folder)), options, providers=_providers(onnxruntime, device)
    )
    inputs = {each.name for each in session.get_inputs()}

    def logits(
        query: str, sentences: Sequence[str], batch_size: int
    ) -> "npt.NDArray[np.floating[Any]]":
        encoded = tokenizer.encode_batch([(query, each) for each in sentences])
        order = sorted(range(len(encoded)), key=lambda i: len(encoded[i].ids))
        rows: dict[int, Any] = {}
        for start in range(0, len(order), batch_size):
            chosen = order[start : start + batch_size]
            width = len(encoded[chosen[-1]].ids)
            feed = {
                "input_ids": np.full((len(chosen), width), pad or 0, np.int64),
                "attention_mask": np.zeros((len(chosen), width), np.int64),
                "token_type_ids": np.zeros((len(chosen), width), np.int64),
            }
            for row, i in enumerate(chosen):
                size = len(encoded[i].ids)
                feed["input_ids"][row, :size] = encoded[i].ids
                feed["attention_mask"][row, :size] = 1
                feed["token_type_ids"][row, :size] = encoded[i].type_ids
            found = session.run(None, {k: v for k, v in feed.items() if k in inputs})
            rows.update(zip(chosen, np.asarray(found[0]), strict=True))
        return np.stack([rows[i] for i in range(len(encoded))])

    return logits


def _most_tokens(folder: Path) -> int:
    """Return how many tokens the model reads at once."""
    path = folder / "config.json"
    known = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return min(_MOST_TOKENS, int(known.get("max_position_embeddings", _MOST_TOKENS)))


def _providers(onnxruntime: Any, device: str | None) -> list[str]:
    """Return the execution providers for `device`."""
    if device is None or device == "cpu":
        return ["CPUExecutionProvider"]
    wanted = f"{device.partition(':')[0].upper()}ExecutionProvider"
    found = {name.upper(): name for name in onnxruntime.get_available_providers()}
    if wanted.upper() not in found:
        raise ScorerError(
            f"device={device!r}: this onnxruntime runs on "
            f'{sorted(found.values())}; install onnxruntime-gpu, or use device="cpu"'
        )
    return [found[wanted.upper()], "CPUExecutionProvider"]


def _torch_logits(place: str, device: str | None) -> Logits:
    """Load a sentence-transformers CrossEncoder."""
    try:
        from sentence_transformers import CrossEncoder
        from torch.nn import Identity
    except ImportError as error:
        raise missing_extra(
            "CrossEncoderScorer", "sentence-transformers", "semantic", error
        ) from error
    encoder = CrossEncoder(place, device=device)
    # Fast tokenizers refuse to be used by two threads at once.
    turn = threading.Lock()

    def logits(
        query: str, sentences: Sequence[str], batch_size: int
    ) -> "npt.NDArray[np.floating[Any]]":
        with turn:
            found: npt.NDArray[np.floating[Any]] = encoder.predict(
                [(query, sentence) for sentence in sentences],
                batch_size=batch_size,
                activation_fn=Identity(),
                show_progress_bar=False,
            )
        return found

    return logits


def _probabilities(logits: "npt.NDArray[np.floating[Any]]") -> list[float]:
    """Return the probability of relevance for logits of shape (n,), (n, 1), (n, 2)."""
    import numpy as np

    found = logits.astype(np.float64)
    if found.ndim == 2 and found.shape[1] == 2:
        margins = found[:, 1] - found[:, 0]
    elif found.ndim == 1 or (found.ndim == 2 and found.shape[1] == 1):
        margins = found.reshape(-1)
    else:
        raise ScorerError(
            f"the model returns scores of shape {logits.shape}; pass a cross-encoder "
            "with one relevance label (or two: irrelevant, relevant)"
        )
    # tanh, because exp overflows for strongly negative logits.
    scores: list[float] = (0.5 * (1.0 + np.tanh(margins / 2.0))).tolist()
    return scores

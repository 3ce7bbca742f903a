"""Models of the user's choice: found in a folder or on a hub, loaded once, and run."""

import json
import re
import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headroom.errors import ScorerError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["OnnxModel", "check_options", "import_extra", "loaded", "using"]

_ONNX_FILES = ("model.onnx", "onnx/model.onnx", "model_quantized.onnx")
_TORCH_FILES = ("*.safetensors", "*.bin", "*/*.safetensors", "*/*.bin")
_HUB_NAME = re.compile(r"\w[\w.-]*(?:/\w[\w.-]*)?")
_MOST_TOKENS = 512

_loading = threading.Lock()
# Fast tokenizers refuse to be used by two threads at once.
using = threading.Lock()


def import_extra(name: str, extra: str) -> Any:
    """Import a package of an extra.

    Raises:
        ImportError: If it is not installed; it says what to install.
    """
    try:
        return __import__(name)
    except ImportError as error:
        raise ImportError(
            f"this scorer needs {name} ({error}). Run: "
            f'pip install "headroom-core[{extra}]", or use scorer="bm25"'
        ) from error


def check_options(model: object, batch_size: object, threads: object) -> None:
    """Raise ScorerError if a scorer's options are of the wrong type or below 1."""
    if not (model is None or isinstance(model, str | Path) or callable(model)):
        raise ScorerError(f"model={model!r}; pass a folder or a hub name")
    for name, number in {"batch_size": batch_size, "threads": threads}.items():
        if not isinstance(number, int) or number < 1:
            raise ScorerError(f"{name}={number!r}; pass 1 or more")


def loaded(model: str | Path, kind: str, device: str | None, threads: int) -> Any:
    """Return the model, as an OnnxModel or an object of sentence-transformers.

    Args:
        model: A folder, or a hub name.
        kind: The class of sentence-transformers that loads what is not ONNX.
        device: As in the scorers.
        threads: Processor threads of an ONNX model.

    Raises:
        ImportError: If the packages that run it are not installed.
        ScorerError: If there is no such model, or it is incomplete.
    """
    with _loading:
        return _loaded(model, kind, device, threads)


# Bounded, so that trying many models does not keep them all in memory.
@lru_cache(maxsize=4)
def _loaded(model: str | Path, kind: str, device: str | None, threads: int) -> Any:
    folder = Path(model).expanduser()
    if folder.is_dir():
        files = (folder / name for name in _ONNX_FILES)
        onnx = next(filter(Path.is_file, files), None)
        if onnx is not None:
            return OnnxModel(folder, onnx, device, threads)
        if not any(any(folder.glob(name)) for name in _TORCH_FILES):
            raise ScorerError(
                f"{folder} has no model.onnx, nor the weights of a "
                "sentence-transformers model; export the model into it"
            )
    elif isinstance(model, Path) or not _HUB_NAME.fullmatch(model) or folder.exists():
        raise ScorerError(
            f"model={str(model)!r} is no folder; pass a folder that holds a model, "
            "or a hub name like 'cross-encoder/ms-marco-MiniLM-L6-v2'"
        )
    library = import_extra("sentence_transformers", "semantic")
    return getattr(library, kind)(
        str(folder) if folder.is_dir() else model, device=device
    )


class OnnxModel:
    """A model in ONNX and its tokenizer, run by onnxruntime without torch.

    Attributes:
        first: Whether a text's vector is its first token's, not the mean.
        query_prompt: What is put before a query.
        text_prompt: What is put before any other text.

    Raises:
        ImportError: If onnxruntime or tokenizers is not installed.
        ScorerError: If `tokenizer.json` is missing, or the device is not there.
    """

    def __init__(
        self, folder: Path, file: Path, device: str | None, threads: int
    ) -> None:
        onnxruntime = import_extra("onnxruntime", "onnx-models")
        tokenizers = import_extra("tokenizers", "onnx-models")
        path = folder / "tokenizer.json"
        if not path.is_file():
            raise ScorerError(
                f"{folder} has no tokenizer.json; export it with the model"
            )
        self._tokenizer = tokenizers.Tokenizer.from_file(str(path))
        self._tokenizer.no_padding()
        known = _json(folder / "config.json")
        most = int(known.get("max_position_embeddings", _MOST_TOKENS))
        # RoBERTa counts positions from 2.
        most = min(_MOST_TOKENS, most - 2 if known.get("pad_token_id") == 1 else most)
        self._tokenizer.enable_truncation(most, strategy="longest_first")
        pads = map(self._tokenizer.token_to_id, ("[PAD]", "<pad>"))
        self._pad = next((pad for pad in pads if pad is not None), 0)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(
            str(file), options, providers=_providers(onnxruntime, device)
        )
        self._inputs = {each.name for each in self._session.get_inputs()}
        pooling = _json(folder / "1_Pooling" / "config.json")
        self.first = bool(pooling.get("pooling_mode_cls_token"))
        prompts = _json(folder / "config_sentence_transformers.json").get("prompts", {})
        self.query_prompt = prompts.get("query") or ""
        self.text_prompt = prompts.get("document") or prompts.get("passage") or ""

    def run(
        self, texts: Sequence[str] | Sequence[tuple[str, str]], batch_size: int
    ) -> "list[npt.NDArray[np.floating[Any]]]":
        """Return the model's first output for each text or pair of texts, same order.

        An output with a row per token comes without the rows of padding. Texts are
        sorted by length first, which saves about half of the time.
        """
        import numpy as np

        encoded = self._tokenizer.encode_batch(list(texts))
        order = sorted(range(len(encoded)), key=lambda i: len(encoded[i].ids))
        rows: dict[int, Any] = {}
        for start in range(0, len(order), batch_size):
            chosen = order[start : start + batch_size]
            width = len(encoded[chosen[-1]].ids)
            feed = {
                "input_ids": np.full((len(chosen), width), self._pad, np.int64),
                "attention_mask": np.zeros((len(chosen), width), np.int64),
                "token_type_ids": np.zeros((len(chosen), width), np.int64),
            }
            for row, i in enumerate(chosen):
                size = len(encoded[i].ids)
                feed["input_ids"][row, :size] = encoded[i].ids
                feed["attention_mask"][row, :size] = 1
                feed["token_type_ids"][row, :size] = encoded[i].type_ids
            known = {k: v for k, v in feed.items() if k in self._inputs}
            found = np.asarray(self._session.run(None, known)[0])
            for row, i in enumerate(chosen):
                tokens = found.ndim == 3 and found.shape[1] == width
                rows[i] = found[row, : len(encoded[i].ids)] if tokens else found[row]
        return [rows[i] for i in range(len(encoded))]

    def vectors(
        self, query: str, sentences: Sequence[str], batch_size: int
    ) -> "list[npt.NDArray[np.floating[Any]]]":
        """Return the vector of the query, then one per sentence."""
        texts = [self.query_prompt + query]
        texts += [self.text_prompt + sentence for sentence in sentences]
        # A row per token is pooled; a sentence's vector is what it is.
        return [
            row if row.ndim == 1 else row[0] if self.first else row.mean(0)
            for row in self.run(texts, batch_size)
        ]


def _json(path: Path) -> dict[str, Any]:
    """Return the object in a file, {} if there is none."""
    return dict(json.loads(path.read_text("utf-8"))) if path.is_file() else {}


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

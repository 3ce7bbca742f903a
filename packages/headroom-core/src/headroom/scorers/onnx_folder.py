"""A folder with an ONNX model and its tokenizer, run by onnxruntime without torch."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headroom.errors import ScorerError
from headroom.scorers.models import import_onnx

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["OnnxFolder", "is_onnx_folder"]

_FILES = ("model.onnx", "onnx/model.onnx", "model_quantized.onnx")
_MOST_TOKENS = 512


def is_onnx_folder(folder: Path) -> bool:
    """Return whether `folder` holds an ONNX model."""
    return _file(folder) is not None


def _file(folder: Path) -> Path | None:
    return next((folder / f for f in _FILES if (folder / f).is_file()), None)


class OnnxFolder:
    """The loaded model of a folder: `model.onnx`, `tokenizer.json`, `config.json`.

    Raises:
        ImportError: If onnxruntime or tokenizers is not installed.
        ScorerError: If `tokenizer.json` is missing, or the device is not there.
    """

    def __init__(self, folder: Path, device: str | None, threads: int) -> None:
        onnxruntime, tokenizers = import_onnx()
        path = folder / "tokenizer.json"
        if not path.is_file():
            raise ScorerError(
                f"{folder} has no tokenizer.json; export it with the model"
            )
        self._tokenizer = tokenizers.Tokenizer.from_file(str(path))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(
            _most_tokens(folder), strategy="longest_first"
        )
        pads = map(self._tokenizer.token_to_id, ("[PAD]", "<pad>"))
        self._pad = next((pad for pad in pads if pad is not None), 0)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(
            str(_file(folder)), options, providers=_providers(onnxruntime, device)
        )
        self._inputs = {each.name for each in self._session.get_inputs()}
        self.outputs = [each.name for each in self._session.get_outputs()]

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


def _most_tokens(folder: Path) -> int:
    """Return how many tokens the model reads at once."""
    path = folder / "config.json"
    known = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    most = int(known.get("max_position_embeddings", _MOST_TOKENS))
    # RoBERTa counts positions from 2.
    return min(_MOST_TOKENS, most - 2 if known.get("pad_token_id") == 1 else most)


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

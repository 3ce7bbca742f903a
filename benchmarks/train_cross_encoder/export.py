"""Write the trained model as ONNX: python export.py --teacher DIR --work DIR --into DIR.

Token vectors are stored in 4 bits, weights in 16; it computes in 32. (Computing in
8 bits makes a sentence's score depend on the sentences beside it, because the scale
of the activations is taken over all of them, and saves little at this size.)
"""

import argparse
import gzip
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from network import CrossEncoder
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

SMALL = 4096  # elements; smaller weights stay in 32 bits


class OneQuery(nn.Module):
    """A model of pairs, for one query against all sentences.

    Half of the inputs are the query's, half the sentences'; the last one has a number
    for each word.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, *inputs: Tensor) -> Tensor:
        """Return logits (n,) for n sentences."""
        half = len(inputs) // 2
        query, sentences = inputs[:half], inputs[half:]
        which = inputs[-1][:, 0].long() * 0
        whose = torch.cumsum(which + 1, 0) - 1
        if half == 1:
            return self.model(*query, *sentences, which, whose)
        return self.model(query, sentences, which, whose)


class Packed(nn.Module):
    """Token vectors in 4 bits, two in a byte.

    A vector is (numbers of 0 to 15 - 7.5) x its step x the steps of columns. Its step
    is the one of seven that errs least.
    """

    def __init__(self, table: Tensor) -> None:
        super().__init__()
        columns = table.std(0, correction=0)
        best = torch.full((len(table), 1), torch.inf)
        codes, steps = torch.zeros_like(table), torch.zeros_like(best)
        for share in (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4):
            step = (table / columns).abs().amax(1, keepdim=True) * share / 7.5
            tried = (table / columns / step).floor().clamp(-8, 7)
            error = (tried + 0.5) * step * columns - table
            error = error.square().sum(1, keepdim=True)
            codes = torch.where(error < best, tried, codes)
            steps = torch.where(error < best, step, steps)
            best = torch.minimum(error, best)
        norms = ((codes + 0.5) * steps * columns).norm(dim=1, keepdim=True)
        codes = (codes + 8).to(torch.uint8)
        half = codes.shape[1] // 2
        self.register_buffer("packed", codes[:, :half] + 16 * codes[:, half:])
        self.register_buffer("steps", steps * table.norm(dim=1, keepdim=True) / norms)
        self.register_buffer("columns", columns)

    def forward(self, ids: Tensor) -> Tensor:
        """Return the vectors of `ids`."""
        both = self.packed[ids].float()
        high = (both / 16).floor()
        numbers = torch.cat([both - 16 * high, high], -1) - 7.5
        return numbers * self.steps[ids] * self.columns


def halved(model: onnx.ModelProto) -> None:
    """Store the large float weights in 16 bits; they are widened when loaded."""
    casts = []
    for weight in model.graph.initializer:
        if weight.data_type != TensorProto.FLOAT or np.prod(weight.dims) < SMALL:
            continue
        name = weight.name
        small = numpy_helper.to_array(weight).astype(np.float16)
        weight.CopyFrom(numpy_helper.from_array(small, f"{name}.half"))
        casts.append(
            helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT)
        )
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def written(
    model: nn.Module,
    path: Path,
    example: Callable[[int, int, int], dict[str, Tensor]],
) -> None:
    """Write a model of pairs as ONNX, compare it with PyTorch, print its digest.

    Args:
        model: As OneQuery takes it.
        path: The file.
        example: From numbers of sentences, of words of the query and of words of a
            sentence to inputs; the names of the query's begin with "query".
    """
    exported = OneQuery(model).eval()
    inputs = example(5, 9, 20)
    axes = {
        name: {1: "t"} if name.startswith("query") else {0: "n", 1: "u"}
        for name in inputs
    }
    torch.onnx.export(
        exported,
        tuple(inputs.values()),
        str(path),
        input_names=list(inputs),
        output_names=["logits"],
        dynamic_axes={**axes, "logits": {0: "n"}},
        opset_version=17,
        dynamo=False,
    )
    onnx_model = onnx.load(path)
    halved(onnx_model)
    for node in onnx_model.graph.node:
        node.doc_string = ""
    onnx.checker.check_model(onnx_model)
    onnx.save(onnx_model, path)
    session = onnxruntime.InferenceSession(
        str(path), providers=["CPUExecutionProvider"]
    )
    for n, t, u in ((5, 9, 20), (1, 1, 1), (17, 30, 90)):
        inputs = example(n, t, u)
        found = session.run(None, {name: x.numpy() for name, x in inputs.items()})[0]
        with torch.inference_mode():
            wanted = exported(*inputs.values()).numpy()
        apart = float(np.abs(found - wanted).max())
        print(f"{n} sentences: ONNX and PyTorch differ by at most {apart:.4f}")
        if apart > 0.05:
            raise SystemExit("the exported model does not compute the same")
    digest(path)


def digest(path: Path) -> None:
    """Print a file's size and SHA-256."""
    content = path.read_bytes()
    print(path.name, len(content), hashlib.sha256(content).hexdigest())


def tokens(n: int, t: int, u: int) -> dict[str, Tensor]:
    """Return the network's inputs: the last sentence has a word of the query."""
    query, sentences = (torch.randint(1000, 9000, size) for size in ((1, t), (n, u)))
    sentences[0, u // 2 + 1 :] = 0
    sentences[-1, 0] = query[0, 0]
    return {"query": query, "sentences": sentences}


def main() -> None:
    """Write network.onnx and tokenizer.json.gz."""
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--teacher", type=Path, required=True)
    p.add_argument("--work", type=Path, required=True)
    p.add_argument("--into", type=Path, required=True)
    a = p.parse_args()
    a.into.mkdir(parents=True, exist_ok=True)
    model = CrossEncoder(torch.load(a.work / "vectors.pt"))
    model.load_state_dict(torch.load(a.work / "last.pt")["model"])
    model.packed = Packed(model.table)
    # A module of this name would lie behind the method of the class.
    model.vectors = model.packed.forward  # type: ignore[method-assign]
    torch.manual_seed(1)
    written(model, a.into / "network.onnx", tokens)
    tokenizer = json.loads((a.teacher / "tokenizer.json").read_text("utf-8"))
    tokenizer["truncation"] = tokenizer["padding"] = None
    tokenizer["post_processor"] = None
    text = json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":"))
    path = a.into / "tokenizer.json.gz"
    path.write_bytes(gzip.compress(text.encode(), mtime=0))
    digest(path)


if __name__ == "__main__":
    main()

"""Write the trained model as ONNX: python export.py --teacher DIR --work DIR --into DIR.

Token vectors are stored in 8 bits, weights in 16; it computes in 32. (Computing in
8 bits makes a sentence's score depend on the sentences beside it, because the scale
of the activations is taken over all of them, and saves little at this size.)
"""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import torch
from network import CrossEncoder
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

SMALL = 4096  # elements; smaller weights stay in 32 bits


class Exported(nn.Module):
    """One query against all sentences; token vectors in 8 bits."""

    def __init__(self, model: CrossEncoder) -> None:
        super().__init__()
        self.model = model
        steps = model.table.abs().amax(1, keepdim=True) / 127
        self.register_buffer("steps", steps)
        self.register_buffer("small", (model.table / steps).round().to(torch.int8))
        model.vectors = self.vectors  # type: ignore[method-assign]

    def vectors(self, ids: Tensor) -> Tensor:
        """Return the vectors of `ids` out of the 8-bit table."""
        return self.small[ids].float() * self.steps[ids]

    def forward(self, query: Tensor, sentences: Tensor) -> Tensor:
        """Return logits (n,) for query (1, t) and sentences (n, u)."""
        first = sentences[:, 0]
        return self.model(
            query, sentences, first * 0, torch.cumsum(first * 0 + 1, 0) - 1
        )


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


def main() -> None:
    """Export, compare with the model in PyTorch, write the digests."""
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--teacher", type=Path, required=True)
    p.add_argument("--work", type=Path, required=True)
    p.add_argument("--into", type=Path, required=True)
    a = p.parse_args()
    a.into.mkdir(parents=True, exist_ok=True)
    model = CrossEncoder(torch.load(a.work / "vectors.pt"))
    model.load_state_dict(torch.load(a.work / "last.pt")["model"])
    exported = Exported(model).eval()
    torch.manual_seed(1)
    query, sentences = (
        torch.randint(1000, 9000, (1, 9)),
        torch.randint(1000, 9000, (5, 20)),
    )
    path = a.into / "model.onnx"
    torch.onnx.export(
        exported,
        (query, sentences),
        str(path),
        input_names=["query", "sentences"],
        output_names=["logits"],
        dynamic_axes={
            "query": {1: "t"},
            "sentences": {0: "n", 1: "u"},
            "logits": {0: "n"},
        },
        opset_version=17,
        dynamo=False,
    )
    onnx_model = onnx.load(path)
    halved(onnx_model)
    for node in onnx_model.graph.node:
        node.doc_string = ""
    onnx.checker.check_model(onnx_model)
    onnx.save(onnx_model, path)
    tokenizer = json.loads((a.teacher / "tokenizer.json").read_text("utf-8"))
    tokenizer["truncation"] = tokenizer["padding"] = None
    tokenizer["post_processor"] = None
    (a.into / "tokenizer.json").write_text(
        json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")), "utf-8"
    )
    check(path, exported)
    for file in (path, a.into / "tokenizer.json"):
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        print(file.name, file.stat().st_size, digest)


def check(path: Path, exported: Exported) -> None:
    """Raise if ONNX and PyTorch disagree, also for other shapes than the exported."""
    import onnxruntime

    session = onnxruntime.InferenceSession(
        str(path), providers=["CPUExecutionProvider"]
    )
    for n, t, u in ((5, 9, 20), (1, 1, 1), (17, 30, 90)):
        query = torch.randint(1000, 9000, (1, t))
        sentences = torch.randint(1000, 9000, (n, u))
        sentences[0, u // 2 + 1 :] = 0
        sentences[-1, 0] = query[0, 0]
        found = session.run(
            None, {"query": query.numpy(), "sentences": sentences.numpy()}
        )[0]
        with torch.inference_mode():
            wanted = exported(query, sentences).numpy()
        apart = float(np.abs(found - wanted).max())
        print(f"{n} sentences: ONNX and PyTorch differ by at most {apart:.4f}")
        if apart > 0.05:
            raise SystemExit("the exported model does not compute the same")


if __name__ == "__main__":
    main()

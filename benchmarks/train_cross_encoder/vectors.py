"""Token vectors: what MiniLM makes of each token alone, in fewer dimensions.

Half as Model2Vec does it (each token sent through the whole model, principal
components), half from the model's own input embeddings: the first knows meaning,
the second spelling and kind.
"""

from pathlib import Path

import torch
from network import WIDTH
from torch import Tensor
from torch.nn import functional
from transformers import AutoModel

OUTPUTS = 128


def token_vectors(teacher: Path) -> Tensor:
    """Return unit vectors (vocabulary, WIDTH) for the tokens of the BERT in `teacher`.

    Takes about a minute on one CPU core.
    """
    model = AutoModel.from_pretrained(teacher).eval()
    inputs = model.embeddings.word_embeddings.weight.detach()
    ends = torch.tensor([[101]]), torch.tensor([[102]])
    outputs = []
    with torch.inference_mode():
        for ids in torch.arange(len(inputs)).split(512):
            rows = torch.cat(
                [
                    ends[0].expand(len(ids), 1),
                    ids[:, None],
                    ends[1].expand(len(ids), 1),
                ],
                1,
            )
            hidden = model(input_ids=rows, attention_mask=torch.ones_like(rows))
            outputs.append(hidden.last_hidden_state.mean(1))
    halves = [
        functional.normalize(components(found, width), dim=1) * width**0.5
        for found, width in (
            (torch.cat(outputs), OUTPUTS),
            (inputs, WIDTH - OUTPUTS),
        )
    ]
    return functional.normalize(torch.cat(halves, 1), dim=1)


def components(rows: Tensor, width: int) -> Tensor:
    """Return the first `width` principal components of `rows` (n, d)."""
    centred = rows - rows.mean(0)
    _, directions = torch.linalg.eigh(centred.T @ centred)
    # The sign of an eigenvector is arbitrary; fix it, so that two runs agree.
    best = directions.flip(1)[:, :width]
    best = best * best.gather(0, best.abs().argmax(0, keepdim=True)).sign()
    return centred @ best

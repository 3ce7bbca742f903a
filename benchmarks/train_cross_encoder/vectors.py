"""Token vectors: what MiniLM makes of each token alone, in fewer dimensions.

Half as Model2Vec does it (each token sent through the whole model, principal
components), half from the model's own input embeddings: the first knows meaning,
the second spelling and kind.
"""

from pathlib import Path

import torch
from network import WIDTH
from table import components
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
    outputs = []
    with torch.inference_mode():
        for ids in torch.arange(len(inputs)).split(512):
            start, end = torch.full_like(ids, 101), torch.full_like(ids, 102)
            rows = torch.stack([start, ids, end], 1)
            hidden = model(input_ids=rows, attention_mask=torch.ones_like(rows))
            outputs.append(hidden.last_hidden_state.mean(1))
    halves = []
    for found, width in ((torch.cat(outputs), OUTPUTS), (inputs, WIDTH - OUTPUTS)):
        mean, directions = components(found.numpy(), 0, width)
        half = (found - torch.from_numpy(mean)) @ torch.from_numpy(directions)
        halves.append(functional.normalize(half, dim=1) * width**0.5)
    return functional.normalize(torch.cat(halves, 1), dim=1)

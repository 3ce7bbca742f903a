"""Try scoring a chunk in one pass: python one_pass.py --data D --teacher T --work W.

Takes the trained model of WORK as it is and adds one layer in which the sentences of
a chunk see each other, after each has met the query; so a sentence's score depends on
its chunk. Trains that layer on the training windows (the rest stays fixed, so its
outputs are computed once), and prints hit@1 beside that of the model alone, and the
time that the layer adds.
"""

import argparse
import random
import time
from pathlib import Path

import torch
from data import Item, Tokens, items
from network import FAR, INNER, CrossEncoder, Layer
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

FEATURES = INNER + 4  # what the model's last layer reads of a pair
PLACES = 24  # sentences of a chunk that are told apart by their place
GROUP = 64  # chunks per step

Chunk = tuple[Tensor, Tensor, Tensor]


class OverChunk(nn.Module):
    """The sentences of a chunk see each other; begins as the model alone."""

    def __init__(self) -> None:
        super().__init__()
        self.enter = nn.Linear(FEATURES, INNER)
        self.place = nn.Parameter(0.1 * torch.randn(PLACES, INNER))
        self.layer = Layer(INNER)
        self.more = nn.Linear(INNER, 1)
        nn.init.zeros_(self.more.weight)
        nn.init.zeros_(self.more.bias)

    def forward(self, pairs: Tensor, logits: Tensor, mask: Tensor) -> Tensor:
        """Return logits (n, s) for features (n, s, FEATURES) and logits (n, s)."""
        places = torch.arange(pairs.shape[1]).clamp(max=PLACES - 1)
        x = functional.gelu(self.enter(pairs)) + self.place[places]
        return logits + self.more(self.layer(x, mask))[..., 0]


def read(model: CrossEncoder, tokens: Tokens, chosen: list[Item]) -> list[Chunk]:
    """Return features, logits and labels of each item's sentences."""
    seen: list[Tensor] = []
    handle = model.logit.register_forward_pre_hook(
        lambda _, inputs: seen.append(inputs[0])
    )
    found = []
    with torch.inference_mode():
        for item in chosen:
            n = len(item.sentences)
            logits = model(
                tokens.rows([item.query]),
                tokens.rows(item.sentences),
                torch.zeros(n, dtype=torch.long),
                torch.arange(n),
            )
            labels = torch.tensor([float(i in item.gold) for i in range(n)])
            found.append((seen.pop().clone(), logits.clone(), labels))
    handle.remove()
    return found


def padded(chunks: list[Chunk]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return features, logits, labels and mask of several chunks."""
    columns = [
        nn.utils.rnn.pad_sequence(list(column), batch_first=True)
        for column in zip(*chunks, strict=True)
    ]
    ones = [torch.ones(len(logits)) for _, logits, _ in chunks]
    return (*columns, nn.utils.rnn.pad_sequence(ones, batch_first=True))


def hits(chunks: list[Chunk], over: OverChunk | None) -> float:
    """Return how often the best sentence is one that answers, in per cent."""
    good = 0.0
    with torch.inference_mode():
        for start in range(0, len(chunks), GROUP):
            pairs, logits, labels, mask = padded(chunks[start : start + GROUP])
            scores = over(pairs, logits, mask) if over else logits
            best = (scores + (1 - mask) * FAR).argmax(1, keepdim=True)
            good += float(labels.gather(1, best).sum())
    return 100 * good / len(chunks)


def loss_of(scores: Tensor, labels: Tensor, mask: Tensor) -> Tensor:
    """Return listwise softmax over each chunk, plus 0.5 BCE of each sentence."""
    inside = scores + (1 - mask) * FAR
    listwise = inside.logsumexp(1) - (inside + (1 - labels) * FAR).logsumexp(1)
    each = functional.binary_cross_entropy_with_logits(
        scores, labels, weight=mask, reduction="sum"
    )
    return listwise.mean() + 0.5 * each / mask.sum()


def main() -> None:
    """Train the layer and print the figures."""
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--teacher", type=Path, required=True)
    p.add_argument("--work", type=Path, required=True)
    p.add_argument("--windows", type=int, default=4000, help="of SQuAD")
    p.add_argument("--epochs", type=int, default=6)
    a = p.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    model = CrossEncoder(torch.load(a.work / "vectors.pt")).eval()
    model.load_state_dict(torch.load(a.work / "last.pt")["model"])
    tokens = Tokens(Tokenizer.from_file(str(a.teacher / "tokenizer.json")))
    squad, selqa, valid = (
        items(a.data / f"{name}.jsonl")
        for name in ("squad_train_windows", "selqa", "selqa_validation")
    )
    squad, held = squad[:-400], squad[-400:]
    chosen = random.Random(1).sample(squad, min(a.windows, len(squad))) + selqa
    chunks = read(model, tokens, chosen)
    tests = {
        "SQuAD, held out": read(model, tokens, held),
        "SelQA, development": read(model, tokens, valid),
    }
    over = OverChunk()
    optimiser = torch.optim.AdamW(over.parameters(), 1e-3, weight_decay=0.05)
    steps = a.epochs * (len(chunks) // GROUP)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: max(0.02, 1 - step / steps)
    )
    for epoch in range(a.epochs):
        random.Random(epoch).shuffle(chunks)
        for start in range(0, len(chunks) - GROUP + 1, GROUP):
            pairs, logits, labels, mask = padded(chunks[start : start + GROUP])
            loss = loss_of(over(pairs, logits, mask), labels, mask)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    for name, found in tests.items():
        print(
            f"hit@1 {name} ({len(found)}): each sentence on its own "
            f"{hits(found, None):.1f} %, the chunk in one pass {hits(found, over):.1f} %"
        )
    pairs, logits, mask = (
        torch.randn(9, 5, FEATURES),
        torch.randn(9, 5),
        torch.ones(9, 5),
    )
    times = []
    with torch.inference_mode():
        for _ in range(50):
            begun = time.perf_counter()
            over(pairs, logits, mask)
            times.append(time.perf_counter() - begun)
    print(f"9 chunks of 5 sentences: {1000 * sorted(times)[25]:.2f} ms more")


if __name__ == "__main__":
    main()

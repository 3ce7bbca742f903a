"""Train the cross-encoder: python train.py --data FOLDER --teacher FOLDER --work DIR.

Reads squad_train_windows.jsonl and selqa.jsonl, chooses on selqa_validation.jsonl.
Stops after --minutes or --steps, writes a checkpoint every --every steps and goes
on from there when started again.
"""

import argparse
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from data import Item, Pairs, Tokens, asked_together, batch, items
from network import CrossEncoder
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from tqdm import tqdm
from vectors import token_vectors


def loss_of(model: CrossEncoder, pairs: Pairs) -> Tensor:
    """Return the ranking loss of the model's logits for pairs."""
    parts = pairs.by_length()
    logits = torch.cat([model(p.queries, p.sentences, p.which, p.whose) for p in parts])
    which = torch.cat([part.which for part in parts])
    labels = torch.cat([part.labels for part in parts])
    return ranking_loss(logits, which, labels)


def ranking_loss(logits: Tensor, which: Tensor, labels: Tensor) -> Tensor:
    """Return listwise softmax over each query's pairs, plus 0.5 BCE of each pair.

    Args:
        logits: Of the pairs (p,).
        which: The number of each pair's query (p,).
        labels: 1 where the sentence answers the query (p,).
    """
    # What is relevant competes with all that is not, and not with each other.
    scores = (logits - logits.detach().max()).clamp(min=-40).exp()
    wrong = scores.new_zeros(int(which.max()) + 1).index_add(
        0, which, scores * (1 - labels)
    )
    right = labels > 0
    listwise = (wrong[which] / scores).log1p()[right].mean()
    each = functional.binary_cross_entropy_with_logits(logits, labels)
    return listwise + 0.5 * each


def hits(
    model: nn.Module, rows: Callable[[list[str]], Any], chosen: list[Item]
) -> float:
    """Return how often the best sentence of an item is one that answers.

    Args:
        model: Gives the logits of pairs.
        rows: Turns texts into what the model reads.
        chosen: The items.
    """
    good = 0
    with torch.inference_mode():
        for item in chosen:
            n = len(item.sentences)
            pairs = torch.zeros(n, dtype=torch.long), torch.arange(n)
            found = model(rows([item.query]), rows(item.sentences), *pairs)
            good += int(found.argmax()) in item.gold
    return good / len(chosen)


def groups(
    squad: list[Item], selqa: list[Item], chance: random.Random
) -> list[list[Item]]:
    """Return one epoch of batches: neighbouring SQuAD items share sentences."""
    runs = [squad[i : i + 8] for i in range(0, len(squad), 8)]
    chance.shuffle(runs)
    rest = chance.sample(selqa, len(selqa))
    found = []
    for i in range(0, len(runs) - 2, 3):
        more = [rest[(4 * (i // 3) + j) % len(rest)] for j in range(4)]
        found.append([item for run in runs[i : i + 3] for item in run] + more)
    return found


def main() -> None:
    """Train until the time is over."""
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--teacher", type=Path, required=True)
    p.add_argument("--work", type=Path, required=True)
    p.add_argument("--minutes", type=float, default=30.0)
    p.add_argument("--steps", type=int, default=1400)
    p.add_argument("--every", type=int, default=200)
    p.add_argument("--others", type=int, default=10)
    p.add_argument("--together", type=float, default=0.2)
    p.add_argument("--rate", type=float, default=1.5e-3)
    a = p.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    a.work.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + 60 * a.minutes
    if not (a.work / "vectors.pt").exists():
        torch.save(token_vectors(a.teacher), a.work / "vectors.pt")
    tokens = Tokens(Tokenizer.from_file(str(a.teacher / "tokenizer.json")))
    squad, selqa = (
        items(a.data / f"{name}.jsonl") for name in ("squad_train_windows", "selqa")
    )
    squad, held = squad[:-400], squad[-400:]
    valid = items(a.data / "selqa_validation.jsonl")
    model = CrossEncoder(torch.load(a.work / "vectors.pt"))
    optimiser = torch.optim.AdamW(model.parameters(), a.rate, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser,
        lambda step: min((step + 1) / 50, max(0.02, 1 - step / a.steps)),
    )
    step, last = 0, a.work / "last.pt"
    if last.exists():
        saved = torch.load(last)
        model.load_state_dict(saved["model"])
        optimiser.load_state_dict(saved["optimiser"])
        schedule.load_state_dict(saved["schedule"])
        step = saved["step"]
    bar = tqdm(total=a.steps, initial=step, mininterval=10)
    mean = 0.0
    while step < a.steps and time.monotonic() < until:
        # Seeded by the step, so that a run that was interrupted sees the same data.
        epoch, at = divmod(step, len(squad) // 24)
        chosen = groups(squad, selqa, random.Random(f"1 {epoch}"))
        for items_of in chosen[at:]:
            chance = random.Random(f"1 {step} step")
            together = asked_together(items_of, a.together, chance)
            pairs = batch(together, tokens, chance, a.others)
            loss = loss_of(model, pairs)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            step += 1
            mean = 0.98 * mean + 0.02 * float(loss.detach())
            bar.update()
            done = step >= a.steps or time.monotonic() >= until
            if step % a.every == 0 or done:
                state = {
                    "model": model.state_dict(),
                    "optimiser": optimiser.state_dict(),
                    "schedule": schedule.state_dict(),
                    "step": step,
                }
                torch.save(state, a.work / "new.pt")
                (a.work / "new.pt").replace(last)
                model.eval()
                bar.write(
                    f"step {step} loss {mean / (1 - 0.98 ** min(step, 400)):.3f} "
                    f"hit@1 of some: squad {hits(model, tokens.rows, held[::2]):.3f} "
                    f"selqa_validation {hits(model, tokens.rows, valid[::3]):.3f}"
                )
                model.train()
            if done:
                break


if __name__ == "__main__":
    main()

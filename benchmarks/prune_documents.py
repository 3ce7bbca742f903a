"""Measure SemanticCompressor on files of questions, chunks and answers.

    python benchmarks/prune_documents.py FOLDER [--scorer embedding --model FOLDER]

FOLDER holds *.jsonl, one question a line: {"query", "documents": [{"text",
...}], "answers": [str]}. Per file and ratio, of the questions whose answer is in the
chunks, it prints how many keep one word for word, the tokens kept and the CPU time.
"""

import argparse
import json
import time
from collections import Counter
from pathlib import Path

from headroom.compressors import SemanticCompressor
from headroom.scorers import CrossEncoderScorer, EmbeddingScorer
from headroom.types import RAGContext
from headroom.verification.matching import folded

MODELS = {"cross-encoder": CrossEncoderScorer, "embedding": EmbeddingScorer}


def measured(compressor: SemanticCompressor, items: list[dict]) -> str:
    """Return the cells of one row of the table."""
    n: Counter[str] = Counter()
    spent = 0.0
    for item in items:
        documents = [document["text"] for document in item["documents"]]
        context = RAGContext(item["query"], documents)
        started = time.process_time()
        compressor.compress(context)
        spent += time.process_time() - started
        account = compressor.explain(context)
        n["before"] += account.tokens_before
        n["after"] += account.tokens_after
        answers = {folded(answer) for answer in item["answers"]} - {"", "yes", "no"}
        before, after = folded("\n".join(documents)), folded("\n".join(account.content))
        n["asked"] += any(answer in before for answer in answers)
        n["found"] += any(answer in after for answer in answers)
    cells = n["found"] / n["asked"], n["after"] / n["before"]
    shares = " | ".join(f"{cell:.1%}" for cell in cells)
    return f"{shares} | {1000 * spent / len(items):.2f}"


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ratios", type=float, nargs="+", default=[0.1, 0.2, 0.4, 1.0])
    parser.add_argument("--min-score", type=float)
    parser.add_argument("--scorer", default="bm25")
    parser.add_argument("--model")
    options = parser.parse_args()
    made = MODELS[options.scorer](options.model) if options.model else options.scorer
    print("| file | ratio | answers kept | tokens kept | ms |")
    print("|---|---|---|---|---|")
    for path in sorted(options.folder.glob("*.jsonl")):
        items = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        for ratio in options.ratios:
            chosen = SemanticCompressor(ratio, scorer=made, min_score=options.min_score)
            print(f"| {path.stem} | {ratio} | {measured(chosen, items)} |", flush=True)


if __name__ == "__main__":
    main()

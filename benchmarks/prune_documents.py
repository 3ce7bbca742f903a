"""Measure SemanticCompressor on files of questions, chunks and answers.

    python benchmarks/prune_documents.py FOLDER [--scorer embedding --model FOLDER]

FOLDER holds *.jsonl, one question a line: {"query", "documents": [{"text",
"is_gold"}], "answers": [str]}. Per file and ratio, of the questions whose answer
is in the chunks, it prints how many keep one word for word, the tokens kept, how
many chunks that are not marked as gold disappear, and the CPU time.
"""

import argparse
import json
import re
import time
import unicodedata
from pathlib import Path

from headroom.compressors import SemanticCompressor
from headroom.scorers import BM25Scorer, CrossEncoderScorer, EmbeddingScorer
from headroom.types import RAGContext


def plain(text: str) -> str:
    """Return `text` without what answers are usually compared without."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"\s+", " ", folded).strip(" .,;:!?\"'()[]")


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ratios", type=float, nargs="+", default=[0.1, 0.2, 0.4, 1.0])
    parser.add_argument("--min-score", type=float)
    parser.add_argument("--scorer", default="bm25")
    parser.add_argument("--model")
    parser.add_argument("--limit", type=int, help="questions per file")
    options = parser.parse_args()
    models = {"cross-encoder": CrossEncoderScorer, "embedding": EmbeddingScorer}
    scorer = BM25Scorer()
    if options.scorer != "bm25":
        scorer = models[options.scorer](options.model)
    print("| file | ratio | answers kept | tokens kept | chunks gone | ms |")
    print("|---|---|---|---|---|---|")
    for path in sorted(options.folder.glob("*.jsonl")):
        lines = path.read_text("utf-8").splitlines()[: options.limit]
        items = [json.loads(line) for line in lines if line.strip()]
        for ratio in options.ratios:
            compressor = SemanticCompressor(
                ratio, scorer=scorer, min_score=options.min_score
            )
            row = measured(compressor, items)
            print(f"| {path.stem} | {ratio} | {row} |", flush=True)


def measured(compressor: SemanticCompressor, items: list[dict]) -> str:
    """Return the cells of one row of the table."""
    found = asked = before = after = gone = poor = 0
    spent = 0.0
    for item in items:
        documents = [document["text"] for document in item["documents"]]
        context = RAGContext(item["query"], documents)
        started = time.process_time()
        compressor.compress(context)
        spent += time.process_time() - started
        account = compressor.explain(context)
        before += account.tokens_before
        after += account.tokens_after
        kept = {each.index for each in account.kept}
        for i, document in enumerate(item["documents"]):
            poor += not document["is_gold"]
            gone += not document["is_gold"] and i not in kept
        answers = {plain(answer) for answer in item["answers"]} - {"", "yes", "no"}
        if any(answer in plain("\n".join(documents)) for answer in answers):
            asked += 1
            found += any(
                answer in plain("\n".join(account.content)) for answer in answers
            )
    cells = (found / asked, after / before, gone / poor)
    shares = " | ".join(f"{cell:.1%}" for cell in cells)
    return f"{shares} | {1000 * spent / len(items):.2f}"


if __name__ == "__main__":
    main()

"""A corpus of API responses minified on all cores, or machines, by Ray Data.

    pip install "ray[data]"
    python examples/ray_data.py

A compressor pickles, so each worker gets a copy of it, and a text becomes the same
bytes on each of them. Here Ray runs on this machine, without its usage reports.
"""

import os
from pathlib import Path

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # Ray reads it when it is imported

import ray

from headroom import JSONMinifier

PAYLOADS = Path(__file__).parent / "payloads"
minifier = JSONMinifier()


def minify(batch):
    """Return a batch of files with slim texts, and tokens before and after."""
    accounts = [minifier.explain(data) for data in batch["bytes"]]
    batch["slim"] = [account.content for account in accounts]
    batch["before"] = [account.tokens_before for account in accounts]
    batch["after"] = [account.tokens_after for account in accounts]
    return batch.drop(columns="bytes")


def main() -> None:
    # Your cluster's address instead of "local" makes it run there.
    ray.init("local", num_cpus=2, include_dashboard=False)
    try:
        corpus = ray.data.read_binary_files(str(PAYLOADS), include_paths=True)
        slim = corpus.map_batches(minify, batch_size=4, batch_format="pandas")
        rows = slim.take_all()  # slim.write_parquet(...) where there are more
    finally:
        ray.shutdown()
    for row in sorted(rows, key=lambda row: row["path"]):
        name = Path(row["path"]).name
        print(f"{name:24} {row['before']:>7,} → {row['after']:>6,} tokens")
    before, after = (sum(row[key] for row in rows) for key in ("before", "after"))
    print(f"saved {1 - after / before:.1%} of {before:,} tokens")


if __name__ == "__main__":
    main()

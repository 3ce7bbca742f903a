"""Headroom beside LlamaIndex's own classes: time, facts kept, tokens sent.

Run: python benchmarks/llama_index_beside.py [FOLDER] [--messages 1000]

Always: the time of `get()` over a long history, and the facts that a chat memory still
shows of an invented chat. With FOLDER, which holds `chat/*.jsonl` ({"messages", "facts":
[{"match": "string", "answers", "evidence"}]}) and `rag/*.jsonl` ({"query", "documents":
[{"text"}], "supporting": [{"sentences"}]}), also the same over those. Offline: chats need
no model, and sentences are embedded by hashed words, the same for both sides.
"""

import argparse
import hashlib
import json
import re
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.llms import ChatMessage, MockLLM
from llama_index.core.memory import ChatMemoryBuffer, ChatSummaryMemoryBuffer
from llama_index.core.postprocessor import SentenceEmbeddingOptimizer
from llama_index.core.schema import NodeWithScore, TextNode

from headroom import SemanticCompressor
from llama_index_headroom import (
    EmbedModelScorer,
    HeadroomChatMemoryBuffer,
    HeadroomPostprocessor,
)
from llama_index_headroom.tokens import count_tokens

TOWNS = ["Chania", "Hydra", "Nafplio", "Kavala", "Volos", "Sparta", "Corinth", "Patras"]
DIMENSIONS = 512
CONVERSATIONS, QUESTIONS = 20, 100


class HashedWords(BaseEmbedding):
    """Counts words by hash: no meaning, but the same for everyone who asks."""

    def _get_text_embedding(self, text: str) -> list[float]:
        vector = [0.0] * DIMENSIONS
        for word in re.findall(r"\w{3,}", text.lower()):
            digest = hashlib.blake2b(word.encode(), digest_size=4).digest()
            vector[int.from_bytes(digest) % DIMENSIONS] += 1.0
        vector[0] += 1e-6
        return vector

    _get_query_embedding = _get_text_embedding

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def invented(messages: int) -> list[ChatMessage]:
    """Return a chat in which every question holds a fact."""
    return [
        ChatMessage(
            role="assistant" if n % 2 else "user",
            content=f"Noted, that is booking number {n} of the season."
            if n % 2
            else f"Please book room {n + 100} in {TOWNS[n % 8]} for {n % 9 + 2} nights, "
            f"code ZX{n * 37 % 9000 + 1000}, breakfast at {n % 4 + 6}.",
        )
        for n in range(messages)
    ]


def seconds(action: Callable[[], object]) -> float:
    """Return how long `action()` takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def times(messages: int) -> None:
    """Print how long `get()` takes, here and there."""
    history = invented(messages)
    print(f"get() over {messages} messages, token_limit 3000, in seconds")
    ours = HeadroomChatMemoryBuffer.from_defaults(chat_history=history)
    theirs = ChatMemoryBuffer.from_defaults(chat_history=history)
    print(f"  HeadroomChatMemoryBuffer, first  {seconds(ours.get):8.3f}")
    ours.put(ChatMessage(role="user", content="And now?"))
    print(f"  HeadroomChatMemoryBuffer, next   {seconds(ours.get):8.3f}")
    print(f"  ChatMemoryBuffer, each           {seconds(theirs.get):8.3f}")


def words(text: str) -> set[str]:
    """Return the words of a text, in lower case."""
    return set(re.findall(r"\w+", text.lower()))


def shown(messages: list[ChatMessage]) -> str:
    """Return all that a model reads of messages."""
    extra = (m.additional_kwargs.get("tool_calls") for m in messages)
    calls = [json.dumps(each) for each in extra if each]
    texts = [message.content or "" for message in messages]
    return "\n".join(texts + calls)


def memories(name: str, chats: list[tuple[list[ChatMessage], list[list[str]]]]) -> None:
    """Print how many facts are still shown at a quarter of the tokens."""
    kinds: dict[str, dict[str, Any]] = {
        "ChatMemoryBuffer": {},
        "HeadroomChatMemoryBuffer": {},
        "HeadroomChatMemoryBuffer, target=0.5": {"target": 0.5},
    }
    for label, options in kinds.items():
        found = facts = used = limits = 0
        kind = HeadroomChatMemoryBuffer if "Head" in label else ChatMemoryBuffer
        for messages, answers in chats:
            limit = count_tokens(shown(messages)) // 4
            memory = kind.from_defaults(
                chat_history=messages, token_limit=limit, **options
            )
            view = shown(memory.get())
            known = words(view)
            facts += len(answers)
            found += sum(any(words(a) <= known for a in each) for each in answers)
            used, limits = used + count_tokens(view), limits + limit
        share, full = found / max(1, facts), used / max(1, limits)
        print(f"  {label:38} {share:6.1%} of {facts} facts, {full:4.0%} of the limit")
    asked: list[int] = []

    class Model(MockLLM):
        def chat(self, messages: Any, **kwargs: Any) -> Any:
            asked.append(count_tokens(shown(list(messages))))
            return super().chat(messages, **kwargs)

    for messages, _ in chats:
        summary = ChatSummaryMemoryBuffer.from_defaults(
            chat_history=messages,
            llm=Model(max_tokens=100),
            token_limit=count_tokens(shown(messages)) // 4,
        )
        summary.get()
    print(
        f"  ChatSummaryMemoryBuffer asks a model: {len(asked)} calls, {sum(asked)} "
        f"tokens ({name}; what it keeps depends on the model)"
    )


def read(folder: Path, limit: int) -> Iterator[dict[str, Any]]:
    """Yield the first `limit` lines of a JSON Lines file."""
    with folder.open(encoding="utf-8") as lines:
        for _, line in zip(range(limit), lines, strict=False):
            yield json.loads(line)


def recorded(path: Path) -> list[tuple[list[ChatMessage], list[list[str]]]]:
    """Return the chats of a file, each with the answers of its facts."""
    chats = []
    for each in read(path, CONVERSATIONS):
        messages = [
            ChatMessage(
                role=m["role"],
                content=m.get("content") or "",
                additional_kwargs={
                    k: m[k] for k in ("tool_calls", "tool_call_id") if m.get(k)
                },
            )
            for m in each["messages"]
        ]
        facts = [f["answers"] for f in each["facts"] if f["match"] == "string"]
        if facts:
            chats.append((messages, facts))
    return chats


def documents(path: Path) -> None:
    """Print how many supporting sentences survive at half of the tokens."""
    model = HashedWords()
    # Its default adds both neighbours of each sentence, some of them twice.
    optimizer = SentenceEmbeddingOptimizer(
        embed_model=model, percentile_cutoff=0.5, context_before=0, context_after=0
    )
    compressor = SemanticCompressor(0.5, scorer=EmbedModelScorer(model))
    ours = HeadroomPostprocessor(compressor=compressor)
    bm25 = HeadroomPostprocessor(compressor=SemanticCompressor(0.5, scorer="bm25"))
    for label, postprocessor in (
        ("SentenceEmbeddingOptimizer", optimizer),
        ("HeadroomPostprocessor, same embeddings", ours),
        ("HeadroomPostprocessor, bm25", bm25),
    ):
        before = after = kept = needed = 0
        spent = 0.0
        for each in read(path, QUESTIONS):
            nodes = [
                NodeWithScore(node=TextNode(text=document["text"]))
                for document in each["documents"]
            ]
            before += sum(count_tokens(n.node.text) for n in nodes)
            start = time.perf_counter()
            result = postprocessor.postprocess_nodes(nodes, query_str=each["query"])
            spent += time.perf_counter() - start
            text = "\n".join(n.node.text for n in result)
            after += count_tokens(text)
            sentences = [s for one in each["supporting"] for s in one["sentences"]]
            needed += len(sentences)
            kept += sum(sentence.strip() in text for sentence in sentences)
        print(
            f"  {label:40} {after / before:4.0%} of the tokens, "
            f"{kept / max(1, needed):6.1%} of {needed} supporting sentences, "
            f"{1000 * spent / QUESTIONS:5.0f} ms a query"
        )


def main() -> None:
    """Read the arguments and print all tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--messages", type=int, default=1_000)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    times(options.messages)
    print("\nFacts shown at a quarter of the tokens: an invented chat")
    chat = invented(200)
    codes = [re.findall(r"ZX\d+", m.content or "") for m in chat[::2]]
    memories("invented", [(chat, codes)])
    for path in sorted(options.folder.glob("chat/*.jsonl")) if options.folder else ():
        if chats := recorded(path):
            print(f"\nFacts shown at a quarter of the tokens: {path.name}")
            memories(path.stem, chats)
    for path in sorted(options.folder.glob("rag/*.jsonl")) if options.folder else ():
        print(f"\nSupporting sentences kept: {path.name}")
        documents(path)


if __name__ == "__main__":
    main()

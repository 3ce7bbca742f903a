"""A query engine of LlamaIndex that sends only the sentences a question needs.

Run: python examples/llama_index_rag.py   (offline: LlamaIndex's mock models)
"""

from llama_index.core import Document, MockEmbedding, VectorStoreIndex
from llama_index.core.llms import MockLLM

from headroom import SemanticCompressor
from llama_index.postprocessor.headroom import HeadroomPostprocessor
from llama_index_headroom.tokens import count_tokens

GUIDE = [
    "Hydra has no cars. Ferries to Hydra leave Piraeus at nine and at two. The "
    "harbour is lined with captains' houses. Donkeys carry the luggage uphill.",
    "Aegina is known for pistachios. Its temple of Aphaia has 25 columns left. "
    "Buses cross the island every hour. The ferry takes forty minutes.",
    "Poros lies close to the coast. A clock tower stands above the town. In July "
    "the lemon grove smells sweet. The last boat to Hydra leaves at seven.",
]
QUESTION = "When do ferries to Hydra leave?"


def main() -> None:
    index = VectorStoreIndex.from_documents(
        [Document(text=text) for text in GUIDE], embed_model=MockEmbedding(embed_dim=8)
    )
    # "bm25" needs no model; the default, "cross-encoder", reads meaning.
    compressor = SemanticCompressor(target_ratio=0.4, scorer="bm25")
    # The mock answers with its prompt, so the answer shows what a model would read.
    engines = {
        "all retrieved": index.as_query_engine(llm=MockLLM(), similarity_top_k=3),
        "with Headroom": index.as_query_engine(
            llm=MockLLM(),
            similarity_top_k=3,
            node_postprocessors=[HeadroomPostprocessor(compressor=compressor)],
        ),
    }
    for name, engine in engines.items():
        print(f"{name}: {count_tokens(str(engine.query(QUESTION)))} tokens")
    for node in engines["with Headroom"].query(QUESTION).source_nodes:
        print("-", node.text)


if __name__ == "__main__":
    main()

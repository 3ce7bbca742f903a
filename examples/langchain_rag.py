"""RAG with half the tokens: a compressor between the vector store and the prompt.

Needs `pip install "langchain-headroom[classic]"`. Runs offline: the embeddings and the
model are fakes; put your own in their places.
"""

from langchain_classic.retrievers import ContextualCompressionRetriever
from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.language_models import FakeListChatModel
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnablePassthrough
from langchain_core.vectorstores import InMemoryVectorStore

from headroom import SemanticCompressor
from headroom.tokens import default_counter
from langchain_headroom import HeadroomDocumentCompressor

QUESTION = "How many days of parental leave do employees get?"
HANDBOOK = [
    "Welcome to us. Parental leave is 90 days, paid in full. Lunch is at noon.",
    "Laptops are replaced every three years. Report a lost laptop to the help desk.",
    "Employees get 25 days of holiday. Parental leave may be split into two parts. "
    "The office is closed on Sundays.",
]


def written(documents: list[Document]) -> str:
    return "\n\n".join(document.page_content for document in documents)


def main() -> None:
    store = InMemoryVectorStore(DeterministicFakeEmbedding(size=64))
    store.add_texts(HANDBOOK)
    retriever = store.as_retriever(search_kwargs={"k": 3})
    shorter = ContextualCompressionRetriever(
        base_compressor=HeadroomDocumentCompressor(
            compressor=SemanticCompressor(0.6, scorer="bm25")
        ),
        base_retriever=retriever,
    )
    prompt = ChatPromptTemplate.from_template("{context}\n\nQuestion: {question}")
    model = FakeListChatModel(responses=["90 days."])
    chain = (
        {"context": shorter | written, "question": RunnablePassthrough()}
        | prompt
        | model
    )
    count = default_counter()
    before = written(retriever.invoke(QUESTION))
    after = written(shorter.invoke(QUESTION))
    print(after)
    print(f"{count(before)} tokens of context became {count(after)}.")
    print(chain.invoke(QUESTION).content)


if __name__ == "__main__":
    main()

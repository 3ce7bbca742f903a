"""A chat of any length that is remembered within 300 tokens, and after a restart.

Needs `pip install "langchain-headroom[classic]"`. Runs offline: the model is a fake,
the history a list; pass another (SQL, Redis, a file) as `chat_memory=`.
"""

from langchain_core.language_models import FakeListChatModel
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
from langchain_core.runnables import RunnablePassthrough

from headroom.tokens import default_counter, messages_tokens
from langchain_headroom import HeadroomChatMemory

TURNS = 30


def main() -> None:
    memory = HeadroomChatMemory(max_token_limit=300, return_messages=True)
    prompt = ChatPromptTemplate.from_messages(
        [
            ("system", "You are a travel agent."),
            MessagesPlaceholder("history"),
            ("user", "{input}"),
        ]
    )
    model = FakeListChatModel(responses=["Noted."])
    remembered = RunnablePassthrough.assign(
        history=lambda inputs: memory.load_memory_variables(inputs)["history"]
    )
    chain = remembered | prompt | model
    for day in range(TURNS):
        said = {"input": f"On day {day} I stay in room {day * 11} of hotel H-{day}."}
        memory.save_context(said, {"output": str(chain.invoke(said).content)})
    history, loaded = memory.chat_memory, memory.buffer_as_messages
    count = default_counter()
    print(f"{len(history.messages)} messages are kept,")
    print(f"{messages_tokens(history.messages, count):,} tokens in all;")
    print(f"{messages_tokens(loaded, count):,} tokens are loaded:")
    print(loaded[0].content)
    restarted = HeadroomChatMemory(chat_memory=history, max_token_limit=300)
    print(f"The same after a restart: {restarted.buffer_as_messages == loaded}")


if __name__ == "__main__":
    main()

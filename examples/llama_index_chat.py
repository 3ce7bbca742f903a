"""A chat engine of LlamaIndex whose memory condenses what it used to forget.

Run: python examples/llama_index_chat.py   (offline: LlamaIndex's mock models)
"""

from llama_index.core.chat_engine import SimpleChatEngine
from llama_index.core.llms import MockLLM
from llama_index.core.memory import ChatMemoryBuffer

from llama_index.memory.headroom import HeadroomChatMemoryBuffer
from llama_index_headroom.tokens import count_tokens

TRIP = [
    "Hi, I am Ada. My customer number is KX-20417.",
    "I want to go to Hydra on 12 May with two suitcases.",
    "I get seasick, so please only large ferries.",
    *(f"Tell me more about day {n} of the trip, in a few words." for n in range(1, 15)),
]


def main() -> None:
    for kind in (ChatMemoryBuffer, HeadroomChatMemoryBuffer):
        memory = kind.from_defaults(token_limit=400)
        # The mock repeats what it is told, at most 30 tokens of it.
        engine = SimpleChatEngine.from_defaults(
            llm=MockLLM(max_tokens=30), memory=memory
        )
        for text in TRIP:
            engine.chat(text)
        shown = memory.get()
        text = "\n".join(str(message) for message in shown)
        print(f"{kind.__name__}: {len(shown)} messages, {count_tokens(text)} tokens")
        for fact in ("KX-20417", "12 May", "seasick"):
            print(f"  {fact}: {'kept' if fact in text else 'forgotten'}")
    print(f"in the store, whole: {len(memory.get_all())} messages")


if __name__ == "__main__":
    main()

"""Does a model answer as well from the compressed text? Asked on this machine.

    python examples/verify_local.py

It asks a stand-in that errs in 5 of 100 questions, whatever the text. For a model of
yours, take its address and name: for Ollama http://localhost:11434/v1, for vLLM
http://localhost:8000/v1. `headroom verify` does the same from the command line.
"""

from pathlib import Path
from random import Random

from local_server import LocalServer
from openai import OpenAI

import headroom
from headroom.verification import Case

PAYLOADS = Path(__file__).parent / "payloads"

cases = [
    Case.from_payload(path.read_bytes(), name=path.stem, made=30)
    for path in sorted(PAYLOADS.glob("*.json"))
]

# What the stand-in knows. A real model has only the prompt.
ANSWERS = {one.text: one.answers[0] for case in cases for one in case.questions}


def stand_in(prompt: str) -> str:
    question = prompt.rpartition("Question: ")[2].split("\n")[0]
    return "no idea" if Random(prompt).random() < 0.05 else ANSWERS[question]


with LocalServer(answer=stand_in) as server:
    client = OpenAI(base_url=server.url, api_key="none")

    def ask(prompt: str) -> str:
        messages = [{"role": "user", "content": prompt}]
        response = client.chat.completions.create(model="mine", messages=messages)
        return response.choices[0].message.content

    result = headroom.verify(cases, ask)

print(result)
for name, figures in result.by_device.items():
    print(f"{name}: {figures.asked} asked, {figures.lost} lost")

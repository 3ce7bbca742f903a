"""The tool by which an agent asks for what a cap has hidden, for every API."""

import json
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Annotated, Any, Literal

from headroom.errors import HeadroomError, InputError
from headroom.fields import field_of
from headroom.originals import RETRIEVE, Store
from headroom.tokens import CountTokens
from headroom.tool_outputs.capping import check_store, scorer_of
from headroom.tool_outputs.retrieval.parts import retrieve

__all__ = ["RetrievalTool"]

_DESCRIPTION = (
    "Read what was hidden in an earlier tool result. A result that hides something "
    "names its handle (hr_…). Ask for a part: by query, by lines, by rows or by path."
)
_PARAMETERS = {
    "handle": "The handle as it stands in the result, hr_ and 32 hexadecimal digits",
    "query": "Words or a question; gives the lines or rows that have to do with it",
    "rows": 'Rows of a JSON list, numbered from 0, such as "18-96"',
    "lines": 'Lines of a text, numbered from 1, such as "40-60", or "-20" for the last',
    "path": "Where in a JSON result, such as items[3].name",
}


@dataclass(frozen=True)
class RetrievalTool:
    """Gives an agent what a cap has hidden: definition and answers of one tool.

    Args:
        store: The store that the compressor was given.
        max_tokens: The most tokens of an answer.
        scorer: What ranks by a query, as ToolOutputCompressor takes it.
        count_tokens: Tokens of a text; default as `headroom.retrieve`.

    Attributes:
        name: The tool's name. Results of a tool of this name are not compressed.
        description: What the model reads about it.
        parameters: Its JSON Schema.

    Raises:
        TypeError: For a store without `put` and `get`.
        ValueError: For a scorer that is none.
    """

    store: Store
    _: KW_ONLY
    max_tokens: int = 2_000
    scorer: Any = "bm25"
    count_tokens: CountTokens | None = None

    name = RETRIEVE
    description = _DESCRIPTION

    def __post_init__(self) -> None:
        if self.store is None:
            raise TypeError("store=None; pass the store that the compressor was given")
        check_store(self.store)
        scorer_of(self.scorer)

    @property
    def parameters(self) -> dict[str, Any]:
        """The tool's JSON Schema, a new one each time."""
        return {
            "type": "object",
            "properties": {
                name: {"type": "string", "description": said}
                for name, said in _PARAMETERS.items()
            },
            "required": ["handle"],
        }

    def retrieve(
        self,
        handle: Annotated[str, _PARAMETERS["handle"]],
        query: Annotated[str | None, _PARAMETERS["query"]] = None,
        rows: Annotated[str | None, _PARAMETERS["rows"]] = None,
        lines: Annotated[str | None, _PARAMETERS["lines"]] = None,
        path: Annotated[str | None, _PARAMETERS["path"]] = None,
    ) -> str:
        """Return the part that a model asks for; a fault as text that says what to do.

        Args:
            handle: The handle as it stands in the result.
            query: Words or a question.
            rows: Rows of a JSON list, numbered from 0.
            lines: Lines of a text, numbered from 1.
            path: Where in a JSON result.
        """
        try:
            return retrieve(
                handle,
                query=query or None,
                rows=rows or None,
                lines=lines or None,
                path=path or None,
                store=self.store,
                max_tokens=self.max_tokens,
                scorer=self.scorer,
                count_tokens=self.count_tokens,
            )
        except HeadroomError as error:
            return f"[headroom: {error}]"

    def definition(
        self, api: Literal["openai", "openai-responses", "anthropic", "gemini"]
    ) -> dict[str, Any]:
        """Return the tool as an entry of a request's `tools`.

        For Gemini it is a function declaration: put it into
        `{"function_declarations": [...]}`.

        Raises:
            InputError: For another API.
        """
        told = {"name": self.name, "description": self.description}
        if api == "openai":
            function = {**told, "parameters": self.parameters}
            return {"type": "function", "function": function}
        if api == "openai-responses":
            return {"type": "function", **told, "parameters": self.parameters}
        if api == "anthropic":
            return {**told, "input_schema": self.parameters}
        if api == "gemini":
            return {**told, "parameters": self.parameters}
        raise InputError(
            f'api={api!r}; pass "openai", "openai-responses", "anthropic" or "gemini"'
        )

    def answer(self, call: Any) -> dict[str, Any] | None:
        """Return the result of a model's call, in the shape of the API it came from.

        Args:
            call: One tool call, as a dict or an object of the vendor's library: an
                entry of OpenAI's `tool_calls`, a `function_call` item, Anthropic's
                `tool_use` block, Gemini's part or `function_call`.

        Returns:
            The message, item, block or part to send back; None for a call of another
            tool.
        """
        for told, arguments, answer in _SHAPES:
            inside = told(call)
            if inside is not None and field_of(inside, "name") == self.name:
                return answer(call, self._run(field_of(inside, arguments)))
        return None

    def _run(self, arguments: Any) -> str:
        """Return the answer to a call with these arguments."""
        if isinstance(arguments, str):
            try:
                arguments = json.loads(arguments)
            except ValueError:
                arguments = None
        if not isinstance(arguments, Mapping) or "handle" not in arguments:
            return f'[headroom: call {self.name} with {{"handle": "hr_…"}}]'
        given = {name: arguments.get(name) for name in _PARAMETERS}
        texts = {n: None if v is None else str(v) for n, v in given.items()}
        return self.retrieve(**texts)  # type: ignore[arg-type]


def _chat(call: Any, text: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": field_of(call, "id"), "content": text}


def _responses(call: Any, text: str) -> dict[str, Any]:
    call_id = field_of(call, "call_id")
    return {"type": "function_call_output", "call_id": call_id, "output": text}


def _anthropic(call: Any, text: str) -> dict[str, Any]:
    call_id = field_of(call, "id")
    return {"type": "tool_result", "tool_use_id": call_id, "content": text}


def _gemini(call: Any, text: str) -> dict[str, Any]:
    key = "functionResponse" if field_of(call, "functionCall") else "function_response"
    inside = _gemini_call(call)
    answer = {"name": RETRIEVE, "response": {"output": text}}
    call_id = field_of(inside, "id")
    return {key: {"id": call_id, **answer} if call_id else answer}


def _gemini_call(call: Any) -> Any:
    inside = field_of(call, "functionCall") or field_of(call, "function_call")
    return inside or (call if field_of(call, "args") is not None else None)


def _of_type(kind: str) -> Callable[[Any], Any]:
    return lambda call: call if field_of(call, "type") == kind else None


# For each API: where in a call name and arguments are (None if it is another API's
# call), under which key the arguments, and how its answer is spelled.
_SHAPES: tuple[
    tuple[Callable[[Any], Any], str, Callable[[Any, str], dict[str, Any]]], ...
] = (
    (lambda call: field_of(call, "function"), "arguments", _chat),
    (_of_type("function_call"), "arguments", _responses),
    (_of_type("tool_use"), "input", _anthropic),
    (_gemini_call, "args", _gemini),
)

"""What goes into LangChain's `create_agent`; needs the `[agents]` extra."""

from langchain_headroom.extras import need

need("langchain", "agents")

from langchain_headroom.context_middleware import (  # noqa: E402 - the extra first
    HeadroomContextMiddleware,
)
from langchain_headroom.summarizers import headroom_summarizer  # noqa: E402
from langchain_headroom.tool_middleware import (  # noqa: E402
    HeadroomContextEdit,
    HeadroomToolOutputMiddleware,
)

__all__ = [
    "HeadroomContextEdit",
    "HeadroomContextMiddleware",
    "HeadroomToolOutputMiddleware",
    "headroom_summarizer",
]

"""Tools that show a file as it is, so that it can be edited to the letter."""

from fnmatch import fnmatchcase

__all__ = ["FILE_TOOLS", "shows_a_file"]

# What an edit replaces must match the file exactly, and line numbers must hold. Names
# and patterns: Anthropic's editor and memory tools, those of coding agents (Claude
# Code, Cline, SWE-agent, OpenHands, deepagents), MCP's filesystem and GitHub servers.
FILE_TOOLS = (
    "*get_file_contents",
    "*open_file",
    "*read_file",
    "*read_files",
    "*read_multiple_files",
    "*read_text_file",
    "*view_file",
    "Read",
    "memory",
    "str_replace_based_edit_tool",
    "str_replace_editor",
    "view",
)


def shows_a_file(tool_name: str) -> bool:
    """Tell whether a tool of this name is one that shows files as they are."""
    return any(fnmatchcase(tool_name, pattern) for pattern in FILE_TOOLS)

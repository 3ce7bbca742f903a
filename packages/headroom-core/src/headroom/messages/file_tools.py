"""Tools that show a file as it is, so that it can be edited to the letter."""

from collections.abc import Collection
from fnmatch import fnmatchcase

__all__ = ["FILE_TOOLS", "is_named"]

# What an edit replaces must match the file exactly, and line numbers must hold. Names
# and patterns: Anthropic's editor and memory tools, those of coding agents (Claude
# Code, Cline, SWE-agent, OpenHands, deepagents), MCP's filesystem and GitHub servers.
FILE_TOOLS = (
    "*edit_file",
    "*file_read",
    "*fs_read",
    "*get_file_content",
    "*get_file_contents",
    "*open_file",
    "*readFile",
    "*ReadFile",
    "*read_file",
    "*read_files",
    "*read_multiple_files",
    "*read_text_file",
    "*view_file",
    "Edit",
    "NotebookRead",
    "Read",
    "file_editor",
    "memory",
    "str_replace_based_edit_tool",
    "str_replace_editor",
    "view",
)


def is_named(tool_name: str, patterns: Collection[str] = FILE_TOOLS) -> bool:
    """Tell whether a tool's name is one of these, or matches one of these patterns."""
    return any(fnmatchcase(tool_name, pattern) for pattern in patterns)

"""The language of a file, told from its name: what a page colours its text by (names as Shiki has them)."""

from pathlib import PurePosixPath
from typing import Final

_LANGUAGES: Final = {
    ".bash": "bash",
    ".c": "c",
    ".cc": "cpp",
    ".cpp": "cpp",
    ".cs": "csharp",
    ".css": "css",
    ".dart": "dart",
    ".ex": "elixir",
    ".exs": "elixir",
    ".go": "go",
    ".h": "c",
    ".hpp": "cpp",
    ".html": "html",
    ".ini": "ini",
    ".java": "java",
    ".js": "javascript",
    ".json": "json",
    ".jsonl": "json",
    ".jsx": "jsx",
    ".kt": "kotlin",
    ".lua": "lua",
    ".md": "markdown",
    ".mjs": "javascript",
    ".php": "php",
    ".ps1": "powershell",
    ".py": "python",
    ".pyi": "python",
    ".r": "r",
    ".rb": "ruby",
    ".rs": "rust",
    ".scala": "scala",
    ".sh": "bash",
    ".sql": "sql",
    ".svelte": "svelte",
    ".swift": "swift",
    ".toml": "toml",
    ".ts": "typescript",
    ".tsx": "tsx",
    ".vue": "vue",
    ".xml": "xml",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".zig": "zig",
}
_LANGUAGES_BY_NAME: Final = {"dockerfile": "docker", "makefile": "make", ".bashrc": "bash", ".gitconfig": "ini"}


def language_of(path: str) -> str | None:
    """Give the language of a file of that name, None where it is not known."""
    name = PurePosixPath(path.lower())
    return _LANGUAGES_BY_NAME.get(name.name) or _LANGUAGES.get(name.suffix)

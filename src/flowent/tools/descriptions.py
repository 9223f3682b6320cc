"""The tools' descriptions: what the model is told of each, kept as Markdown beside the code."""

from importlib import resources


def description(name: str) -> str:
    """Give the text of ``<name>.md`` in this package; raises FileNotFoundError if it is not there."""
    return resources.files(__package__ or "").joinpath(f"{name}.md").read_text(encoding="utf-8").strip()

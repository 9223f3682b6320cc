"""The only place that builds concrete objects, and closes them."""

from flowent.bootstrap.workspace import Workspace, open_workspace

__all__ = ["Workspace", "open_workspace"]

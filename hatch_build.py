"""The package's build hook: a wheel and an sdist hold the built page, so that installing them needs no Node.

An editable install, and a build with FLOWENT_WITHOUT_PAGE set, take what is there: `./dev` builds the page itself.
"""

import importlib.util
import os
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PageHook(BuildHookInterface[BuilderConfig]):
    """Builds the page where it is out of date."""

    def dependencies(self) -> list[str]:
        """Ask for Node only if the page has to be built and there is none."""
        if "FLOWENT_WITHOUT_PAGE" in os.environ:
            return []
        page = self._builder()
        if not page.stale() or page.find_node() is not None:
            return []
        project = tomllib.loads((Path(self.root) / "pyproject.toml").read_text(encoding="utf-8"))
        node: list[str] = project["dependency-groups"]["node"]
        return node

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Bring the page up to date before the files are collected."""
        if version != "editable" and "FLOWENT_WITHOUT_PAGE" not in os.environ:
            self._builder().update()

    def _builder(self) -> ModuleType:
        spec = importlib.util.spec_from_file_location("build_page", Path(self.root) / "scripts" / "build_page.py")
        if spec is None or spec.loader is None:
            raise FileNotFoundError("scripts/build_page.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

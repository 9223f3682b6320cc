"""What a check of this machine or workspace found: a line of `flowent doctor` and of the page's report."""

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warning", "missing"]
"""What is *missing* keeps Flowent from working; a *warning* costs something and is explained."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. ``remedy`` says what to do where something can be done."""

    status: Status
    name: str
    found: str
    remedy: str | None = None

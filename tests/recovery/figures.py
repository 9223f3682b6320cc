"""What happened in the rides of a test run, added up and printed at its end."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

PROPERTY = "recovery"
"""The name under which a test's report carries its figures from wherever it ran."""


@dataclass
class Figures:
    """What happened in some rides."""

    rides: int = 0
    kills: int = 0
    turns_recovered: int = 0
    steps_asked_again: int = 0
    effects_interrupted: int = 0
    events_seen: int = 0
    deltas_pruned: int = 0
    last_seen: Counter[str] = field(default_factory=Counter[str])
    """The type of the event that the client had seen last when a process died."""

    def add(self, other: "Figures") -> None:
        """Count another test's in."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)

    def dump(self) -> str:
        return json.dumps(vars(self))


def total(reported: Iterable[str]) -> Figures:
    """Add up what tests reported."""
    figures = Figures()
    for text in reported:
        loaded = json.loads(text)
        figures.add(Figures(**{**loaded, "last_seen": Counter(loaded["last_seen"])}))
    return figures


def lines(figures: Figures) -> list[str]:
    """Tell them to a person."""
    hits = ", ".join(f"{name} {count}" for name, count in figures.last_seen.most_common())
    return [
        f"{figures.rides} rides of two turns, {figures.kills} processes killed",
        f"{figures.turns_recovered} times a turn went on, {figures.steps_asked_again} steps were asked again, "
        f"{figures.effects_interrupted} effects have an unknown outcome",
        f"{figures.events_seen} events seen, {figures.deltas_pruned} of them deltas that were pruned since; none lost",
        f"last seen before a kill: {hits}",
    ]

"""What happened in the rides of a test run, added up and printed at its end."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest

PROPERTY = "recovery"
"""The name under which a test's report carries its figures from wherever it ran."""


@dataclass
class Figures:
    """What happened in some rides; ``last_seen`` counts the types of the events that clients saw last before a kill."""

    counts: Counter[str] = field(default_factory=Counter[str])
    last_seen: Counter[str] = field(default_factory=Counter[str])

    def dump(self) -> str:
        return json.dumps([self.counts, self.last_seen])

    def lines(self) -> list[str]:
        """Tell them to a person."""
        counts = self.counts
        hits = ", ".join(f"{name} {count}" for name, count in self.last_seen.most_common())
        return [
            f"{counts['rides']} rides of two turns, {counts['kills']} processes killed",
            f"{counts['recovered']} times a turn went on, {counts['asked again']} steps were asked again, "
            f"{counts['interrupted']} effects have an unknown outcome",
            f"{counts['seen']} events seen, {counts['pruned']} of them deltas that were pruned since; none lost",
            f"last seen before a kill: {hits}",
        ]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures. This hook is in `tests/conftest.py`, because tests on several processes are printed there."""
    reported = [
        str(value)
        for reports in terminalreporter.stats.values()
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "teardown"
        for name, value in report.user_properties
        if name == PROPERTY
    ]
    if reported:
        terminalreporter.section("recovery")
        for line in total(reported).lines():
            terminalreporter.write_line(line)


def total(reported: Iterable[str]) -> Figures:
    """Add up what tests reported."""
    figures = Figures()
    for text in reported:
        counts, last_seen = json.loads(text)
        figures.counts.update(counts)
        figures.last_seen.update(last_seen)
    return figures

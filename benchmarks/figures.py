"""What a benchmark gives: measured figures, each with its goal and a verdict."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Literal

Verdict = Literal["met", "missed", "for comparison"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure. ``samples`` are the single measurements behind ``value``, which is their median or worst."""

    group: str
    name: str
    value: float
    unit: str
    goal: float | None = None
    samples: tuple[float, ...] = ()
    note: str = ""

    @property
    def verdict(self) -> Verdict:
        """Whether the goal, an upper bound, is met."""
        if self.goal is None:
            return "for comparison"
        return "met" if self.value <= self.goal else "missed"

    def as_dict(self) -> dict[str, object]:
        """Give everything for the results file."""
        return {**asdict(self), "verdict": self.verdict}


@dataclass(slots=True)
class Results:
    """All figures of a run."""

    figures: list[Figure] = field(default_factory=list[Figure])

    def json(self, machine: dict[str, object]) -> str:
        """Give the results file."""
        return json.dumps({"machine": machine, "figures": [figure.as_dict() for figure in self.figures]}, indent=2)


def median(
    group: str, name: str, samples: Sequence[float], unit: str, goal: float | None = None, note: str = ""
) -> Figure:
    """Make a figure of the median of several measurements."""
    return Figure(group, name, statistics.median(samples), unit, goal, tuple(samples), note)


def worst(
    group: str, name: str, samples: Sequence[float], unit: str, goal: float | None = None, note: str = ""
) -> Figure:
    """Make a figure of the largest of several measurements."""
    return Figure(group, name, max(samples), unit, goal, tuple(samples), note)


def percentile(samples: Sequence[float], percent: float) -> float:
    """Give the smallest sample that so many percent do not exceed."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def table(figures: Sequence[Figure]) -> str:
    """Draw figures as a table of text."""
    rows = [("", "figure", "measured", "spread", "goal", "verdict")]
    group = ""
    for figure in figures:
        rows.append(
            (
                figure.group if figure.group != group else "",
                figure.name,
                _number(figure.value, figure.unit),
                _spread(figure),
                "" if figure.goal is None else f"<= {_number(figure.goal, figure.unit)}",
                "" if figure.goal is None else figure.verdict.upper() if figure.verdict == "missed" else figure.verdict,
            )
        )
        group = figure.group
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    notes = [f"  {figure.group}, {figure.name}: {figure.note}" for figure in figures if figure.note]
    return "\n".join([*lines, *(["", "Notes", *notes] if notes else [])])


def markdown(figures: Sequence[Figure]) -> str:
    """Draw figures as Markdown, one table for each group: for docs/benchmarks.md."""
    lines: list[str] = []
    group = ""
    for figure in figures:
        if figure.group != group:
            group = figure.group
            lines += ["", f"### {group}", "", "| figure | measured | spread | goal | |", "|---|---|---|---|---|"]
        goal = "" if figure.goal is None else f"≤ {_number(figure.goal, figure.unit)}"
        verdict = {"met": "met", "missed": "**missed**", "for comparison": ""}[figure.verdict]
        lines.append(
            f"| {figure.name} | {_number(figure.value, figure.unit)} | {_spread(figure)} | {goal} | {verdict} |"
        )
    return "\n".join(lines).lstrip() + "\n"


def _spread(figure: Figure) -> str:
    if len(figure.samples) < 2:
        return ""
    low, high = min(figure.samples), max(figure.samples)
    return f"{_digits(low)}-{_digits(high)} of {len(figure.samples)}"


def _number(value: float, unit: str) -> str:
    return f"{_digits(value)} {unit}".rstrip() if unit != "x" else f"{value:.2f} x"


def _digits(value: float) -> str:
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"

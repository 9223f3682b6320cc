"""How `flowent doctor` prints what was found (`flowent.bootstrap.checks`)."""

from collections.abc import Sequence
from typing import TextIO

from flowent.observability.findings import Finding, Status

_MARKS: dict[Status, tuple[str, str]] = {"ok": ("✓", "ok"), "warning": ("!", "!"), "missing": ("✗", "X")}


def print_findings(findings: Sequence[Finding], out: TextIO) -> int:
    """Print one line for each finding and give the command's exit status: 1 if something needed is missing."""
    unicode = (out.encoding or "").lower().replace("-", "") == "utf8"
    width = max((len(finding.name) for finding in findings), default=0)
    for finding in findings:
        mark = _MARKS[finding.status][0 if unicode else 1]
        remedy = f" {'→' if unicode else '->'} {finding.remedy}" if finding.remedy else ""
        out.write(f"{mark:<2} {finding.name:<{width}}  {finding.found}{remedy}\n")
    return 1 if any(finding.status == "missing" for finding in findings) else 0

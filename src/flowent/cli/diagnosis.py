"""`flowent doctor`: the checks, with what only a workspace knows: who runs, and whether providers answer."""

import asyncio
import sys

from flowent.bootstrap import open_workspace
from flowent.cli.doctor import Finding, print_findings, run_checks
from flowent.cli.running import Running, find_running
from flowent.config import Config
from flowent.settings.connection import ConnectionTest


async def diagnose(config: Config) -> int:
    """Print what was found; gives the exit status."""
    running = find_running(config) if config.data_dir.is_dir() else None
    findings = await asyncio.to_thread(run_checks, config, server=lambda: _described(running))
    if not any(finding.status == "missing" for finding in findings):
        findings = [*findings, *await _providers(config, running)]
    return print_findings(findings, sys.stdout)


def _described(running: Running | None) -> str | None:
    return None if running is None else f"runs at {running.url}"


async def _providers(config: Config, running: Running | None) -> list[Finding]:
    """Ask each configured provider, through the running workspace or without one."""
    if running is not None:
        async with running.client(timeout=60) as client:
            views = (await client.get("/api/providers")).json()["items"]
            tests = [(await client.post(f"/api/providers/{view['id']}/test", json={})).json() for view in views]
        found = [
            (str(view["name"]), ConnectionTest.model_validate(test)) for view, test in zip(views, tests, strict=True)
        ]
    elif config.database_url is None and not config.database_file.exists():
        found = []
    else:
        async with open_workspace(config, resume=False) as workspace:
            found = [(view.name, await workspace.providers.test(view.id)) for view in workspace.providers.list()]
    if not found:
        return [Finding("ok", "providers", "none is configured; the embedded model answers where it is available")]
    return [_finding(name, test) for name, test in found]


def _finding(name: str, test: ConnectionTest) -> Finding:
    if test.failure is not None:
        return Finding("warning", f"provider {name}", test.failure.message, test.failure.remedy)
    models = "" if test.models is None else f", lists {test.models} models"
    return Finding("ok", f"provider {name}", f"answers in {test.latency_ms} ms{models}")

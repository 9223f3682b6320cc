"""`flowent doctor`: the checks, with what only a workspace knows: who runs, and whether providers answer."""

import asyncio
import sys

from flowent.bootstrap import open_workspace
from flowent.bootstrap.checks import no_provider_finding, provider_finding, run_checks
from flowent.cli.doctor import print_findings
from flowent.cli.running import Running, find_running
from flowent.config import Config
from flowent.observability.findings import Finding
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
        return [no_provider_finding()]
    return [provider_finding(name, test) for name, test in found]

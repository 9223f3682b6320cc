"""`python -m benchmarks [names…]`: measure, print figures beside their goals, and keep them in benchmarks/results."""

import argparse
import asyncio
import importlib
import os
import platform
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import uvloop

from benchmarks.bench import ROOT, Bench, say
from benchmarks.figures import Results, markdown, table
from benchmarks.processes import free_port, start
from flowent.scripted.process import ScriptedProvider

SCENARIOS = (
    "starting",
    "first_turn",
    "cpu",
    "growth",
    "watchers",
    "delays",
    "blocking",
    "catching_up",
    "parallel",
    "memory",
    "page_loading",
    "page_streaming",
    "page_typing",
    "page_memory",
)


def main() -> int:
    """Measure what the command line names; 0 whatever the figures are: they are no tests."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the workspace as a process.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"what to measure: {', '.join(SCENARIOS)} (all)")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, about five minutes in all")
    options = parser.parse_args()
    if unknown := sorted(set(options.names) - set(SCENARIOS)):
        parser.error(f"there is no benchmark {', '.join(unknown)}; choose from {', '.join(SCENARIOS)}")
    if sys.platform != "linux":
        say("The benchmarks read CPU time and memory as Linux tells them; there is nothing to measure here.")
        return 0
    names = [name for name in SCENARIOS if name in options.names] or list(SCENARIOS)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_measure(names, quick=options.quick))
    return 0


async def _measure(names: Sequence[str], *, quick: bool) -> None:
    begun = time.monotonic()
    machine = _machine()
    results = Results()
    failed: list[str] = []
    with tempfile.TemporaryDirectory(prefix="flowent-benchmark-") as made:
        directory, port = Path(made), free_port()
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
        (directory / "relay").mkdir()
        relay = await start(
            "benchmarks.relay", str(port), directory=directory / "relay", environment=environment, port=port
        )
        try:
            async with ScriptedProvider().start() as provider:
                bench = Bench(directory, provider, relay, port, quick)
                for name in names:
                    say(f"{name} ({time.monotonic() - begun:.0f} s)")
                    try:
                        results.figures += await importlib.import_module(f"benchmarks.scenarios.{name}").run(bench)
                    except Exception:  # noqa: BLE001 - one benchmark that cannot be run takes no other down
                        failed.append(name)
                        say(traceback.format_exc())
        finally:
            await relay.stop()
    machine["load at the end"] = os.getloadavg()[0]
    machine["seconds"] = round(time.monotonic() - begun)
    for key, value in machine.items():
        print(f"{key}: {value}")
    print(f"\n{table(results.figures)}\n")
    missed = [figure for figure in results.figures if figure.verdict == "missed"]
    goals = [figure for figure in results.figures if figure.goal is not None]
    print(f"{len(goals) - len(missed)} of {len(goals)} goals met.")
    for name in failed:
        print(f"{name} could not be measured; see above.")
    print(f"Kept in {_keep(results, machine).relative_to(ROOT)}, and beside it as Markdown.")


def _keep(results: Results, machine: dict[str, object]) -> Path:
    directory = ROOT / "benchmarks" / "results"
    directory.mkdir(exist_ok=True)
    path = directory / f"{datetime.now(UTC):%Y-%m-%dT%H-%M-%SZ}.json"
    path.write_text(results.json(machine) + "\n")
    path.with_suffix(".md").write_text(markdown(results.figures))
    return path


def _machine() -> dict[str, object]:
    models = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "processor": f"{len(os.sched_getaffinity(0))} cores of {models[0] if models else platform.machine()}",
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "load at the beginning": os.getloadavg()[0],
    }


if __name__ == "__main__":
    sys.exit(main())

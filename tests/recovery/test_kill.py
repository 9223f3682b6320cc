"""Processes are killed at every named place and at random moments; nothing is lost and nothing happens twice.

What "nothing" means is in `recovery.laws`.
"""

from pathlib import Path
from random import Random

import pytest

from flowent.observability.crashpoints import CRASH_POINTS
from recovery.figures import Figures
from recovery.ride import Crash, CrashStopping, Kill, KillStarting, Ride, Stage
from recovery.script import Format
from recovery.workspace import Workspace, serving

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

EVENTS = 140
"""About as many events as a client sees of both turns."""

VISITS: dict[str, tuple[int, ...]] = {
    "turn.start_committed": (1, 2),
    "turn.message_committed": (1, 2),
    "step.output_started": (1, 5, 11),
    "step.first_delta": (1, 8),
    "step.mid_stream": (3, 21),
    "step.before_output_done": (1, 6, 10),
    "step.after_output_done": (1, 6, 10),
    # Of each step's two calls the first one acts and the second one reads.
    "call.before_tool_start": (1, 2, 11),
    "call.after_tool_start": (1, 2, 11),
    "call.after_effect": (1, 2, 11),
    "call.after_tool_done": (1, 2, 17, 18),
    "turn.before_end": (1, 2),
    "turn.after_end": (1, 2),
    "queue.before_next": (1,),
    "queue.after_next": (1,),
    # The first one of a process is its start; about the tenth says that an acting call begins.
    "store.before_commit": (1, 4, 8, 9, 10, 11, 18, 40),
    "store.after_commit": (1, 4, 40),
}
"""When a process dies at a crash point: at which visits since its start."""

IN_RECOVERY = ("recovery.before_start", "recovery.after_start")
STOPPING = "shutdown.before_close"


@pytest.mark.parametrize("at", [f"{name}:{visit}" for name, visits in VISITS.items() for visit in visits])
async def test_a_crash_at_any_named_place(workspace: Workspace, figures: Figures, at: str) -> None:
    await Ride(workspace, figures).go(Crash(at))


@pytest.mark.parametrize("at", IN_RECOVERY)
@pytest.mark.parametrize("events", [30, 75])
async def test_a_crash_while_a_turn_is_recovered(workspace: Workspace, figures: Figures, at: str, events: int) -> None:
    await Ride(workspace, figures).go(Kill(events), Crash(at))


async def test_a_crash_on_the_way_out(workspace: Workspace, figures: Figures) -> None:
    await Ride(workspace, figures).go(CrashStopping(STOPPING, events=50))


async def test_every_named_place_is_crashed_at() -> None:
    assert {*VISITS, *IN_RECOVERY, STOPPING} == set(CRASH_POINTS)


async def test_kills_at_random_moments(workspace: Workspace, figures: Figures, seed: int) -> None:
    await Ride(workspace, figures).go(*random_kills(Random(seed)))


@pytest.mark.parametrize("format", ["responses", "anthropic", "gemini"])
async def test_what_a_provider_needs_back_outlives_its_process(
    tmp_path: Path, figures: Figures, format: Format
) -> None:
    async with serving(tmp_path, format) as workspace:
        await Ride(workspace, figures).go(Crash("call.after_effect:5"), Kill(30))


def random_kills(random: Random) -> list[Stage]:
    """Plan one to three kills; a turn that gets no further through three of them would be given up."""
    stages: list[Stage] = [Kill(random.randrange(EVENTS), random.uniform(0, 0.03))]
    if random.random() < 0.4:
        if random.random() < 0.5:
            stages.append(KillStarting(random.uniform(0.05, 1.5)))
        else:
            stages.append(Kill(random.randrange(1, 60), random.uniform(0, 0.03)))
        if random.random() < 0.4:
            stages.append(Kill(random.randrange(1, 40), random.uniform(0, 0.03), progress=True))
    return stages

"""Crash points: a process dies where it was told to, and nowhere else."""

import signal
import subprocess
import sys

import pytest

from flowent.observability.crashpoints import CRASH_POINTS, VARIABLE

PROGRAM = """
from flowent.observability.crashpoints import reached
for number in (1, 2, 3):
    reached("step.mid_stream")
    reached("step.before_output_done")
    print(number, flush=True)
"""


def run(crash_at: str | None) -> subprocess.CompletedProcess[str]:
    environment = {} if crash_at is None else {VARIABLE: crash_at}
    return subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, env=environment, check=False)


@pytest.mark.parametrize(("crash_at", "printed"), [("step.mid_stream", ""), ("step.mid_stream:3", "1\n2\n")])
def test_the_process_dies_at_that_visit(crash_at: str, printed: str) -> None:
    done = run(crash_at)
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, printed)


@pytest.mark.parametrize("crash_at", [None, "", "turn.after_end", "step.mid_stream:4"])
def test_it_lives_otherwise(crash_at: str | None) -> None:
    done = run(crash_at)
    assert (done.returncode, done.stdout) == (0, "1\n2\n3\n")


@pytest.mark.parametrize("crash_at", ["step.middle", "step.mid_stream:0", "step.mid_stream:x"])
def test_a_place_that_does_not_exist_is_refused(crash_at: str) -> None:
    done = run(crash_at)
    assert done.returncode == 1
    assert f"{VARIABLE}={crash_at} names no crash point" in done.stderr


def test_places_have_different_names() -> None:
    assert len(set(CRASH_POINTS)) == len(CRASH_POINTS) == 20

"""The tool with which the agent shows its plan."""

import asyncio
from pathlib import Path

import pytest
from pydantic import ValidationError

from flowent.tools.base import Output
from flowent.tools.update_plan import PlanStep, UpdatePlan, UpdatePlanArguments

from .fakes import at

DONE = PlanStep(step="Look around", status="completed")
RUNNING = PlanStep(step="Build", status="in_progress")
WAITING = PlanStep(step="Test", status="pending")


async def planned(arguments: UpdatePlanArguments) -> Output:
    tool = await asyncio.to_thread(UpdatePlan)
    return await tool.run(arguments, at(Path("/")))


async def test_the_plan_is_given_back_as_data() -> None:
    output = await planned(UpdatePlanArguments(steps=(DONE, RUNNING, WAITING), explanation="It grew."))

    assert output.model_text == "The plan is updated: 1 of 3 steps completed."
    assert output.title == "Updated the plan"
    assert output.data == {
        "kind": "plan",
        "explanation": "It grew.",
        "steps": [
            {"step": "Look around", "status": "completed"},
            {"step": "Build", "status": "in_progress"},
            {"step": "Test", "status": "pending"},
        ],
    }


async def test_no_steps_clear_the_plan() -> None:
    output = await planned(UpdatePlanArguments(steps=()))

    assert output.title == "Cleared the plan"
    assert output.data == {"kind": "plan", "explanation": None, "steps": []}


def test_two_steps_at_once_are_refused() -> None:
    with pytest.raises(ValidationError, match="at most one step can be in_progress, but these are: 1, 3"):
        UpdatePlanArguments(steps=(RUNNING, WAITING, RUNNING))

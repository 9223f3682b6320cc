"""The tool with which the agent shows its plan.

The plan is nowhere but in the journal: the result of the latest call is the plan.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, model_validator

from flowent.tools.base import Arguments, Output, ToolContext
from flowent.tools.descriptions import description
from flowent.tools.text import plural

StepStatus = Literal["pending", "in_progress", "completed"]


class PlanStep(Arguments):
    """One thing to do."""

    step: Annotated[str, Field(min_length=1, max_length=500, description="What is to be done, in a few words.")]
    status: Annotated[StepStatus, Field(description="How far it is.")]


class UpdatePlanArguments(Arguments):
    """The whole plan as it is now; no steps take it away."""

    steps: Annotated[
        tuple[PlanStep, ...], Field(max_length=50, description="All steps in order; at most one is in_progress.")
    ]
    explanation: Annotated[str, Field(max_length=2_000, description="Why the plan is new or changed.")] = ""

    @model_validator(mode="after")
    def one_at_a_time(self) -> Self:
        """Refuse a plan that does two things at once."""
        running = [number for number, step in enumerate(self.steps, 1) if step.status == "in_progress"]
        if len(running) > 1:
            numbers = ", ".join(str(number) for number in running)
            raise ValueError(f"at most one step can be in_progress, but these are: {numbers}")
        return self


class UpdatePlan:
    """Records the plan."""

    name: str = "update_plan"
    # It changes nothing but the journal, where its own result is the change: to run it again after a crash gives
    # the same plan once more, and it may run beside reading calls.
    effect: Literal["read"] = "read"
    arguments: type[UpdatePlanArguments] = UpdatePlanArguments

    def __init__(self) -> None:
        """Load the description."""
        self.description = description(self.name)

    def title(self, arguments: UpdatePlanArguments) -> str:
        """Say that the plan is being written."""
        return "Updating the plan"

    async def run(self, arguments: UpdatePlanArguments, context: ToolContext) -> Output:
        """Give the plan back as data."""
        steps: list[JsonValue] = [{"step": step.step, "status": step.status} for step in arguments.steps]
        data: JsonValue = {"kind": "plan", "explanation": arguments.explanation or None, "steps": steps}
        if not steps:
            return Output("The plan is empty now.", "Cleared the plan", data=data)
        done = sum(step.status == "completed" for step in arguments.steps)
        return Output(
            f"The plan is updated: {done} of {plural(len(steps), 'step')} completed.", "Updated the plan", data=data
        )

"""Which step answers which request.

Each lane is an ordered list of steps for one model name; the nameless lane serves all other models. A request takes
the first step of its lane that is not used up and whose `match` and `match_last` fit. Invariant: choosing a step uses
it, also when its expectation then fails, because the failure is on record already.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from pydantic import JsonValue

from flowent.scripted.answers.base import Content, prepare
from flowent.scripted.requests.base import ParsedRequest
from flowent.scripted.script import Expectation, Script, Step


@dataclass
class Slot:
    """A step at its place in a lane, with how often it was used."""

    step: Step
    name: str
    used: int = 0

    @cached_property
    def content(self) -> Content:
        """The step's content, prepared once."""
        return prepare(self.step)

    @property
    def is_open(self) -> bool:
        """Whether the step can answer another request."""
        return self.step.repeat == "always" or self.used < self.step.repeat

    @property
    def is_unused(self) -> bool:
        """Whether the script promised more requests than came."""
        wanted = 1 if self.step.repeat == "always" else self.step.repeat
        return not self.step.optional and self.used < wanted

    def describe(self) -> str:
        """One line for a person."""
        wanted = "" if self.step.repeat == 1 else f" (used {self.used} of {self.step.repeat} times)"
        match = f", for requests with {self.step.match!r}" if self.step.match is not None else ""
        return f"{self.name}{match}{wanted}"


@dataclass
class Lanes:
    """All lanes of a script."""

    script: Script
    default: list[Slot] = field(init=False)
    named: dict[str, list[Slot]] = field(init=False)

    def __post_init__(self) -> None:
        self.default = [Slot(step, f"steps.{number}") for number, step in enumerate(self.script.steps)]
        self.named = {
            name: [Slot(step, f"lanes.{name}.{number}") for number, step in enumerate(steps)]
            for name, steps in self.script.lanes.items()
        }

    @property
    def slots(self) -> list[Slot]:
        """Every step of every lane."""
        return [*self.default, *(slot for lane in self.named.values() for slot in lane)]

    def take(self, request: ParsedRequest) -> Slot | None:
        """Use the step that answers this request; None when the script has none."""
        for slot in self.named.get(request.model, self.default):
            if slot.is_open and _matches(slot.step, request):
                slot.used += 1
                return slot
        return None

    def explain(self, request: ParsedRequest) -> str:
        """Why no step answers this request."""
        named = request.model in self.named
        lane = f"lane {request.model!r}" if named else "steps"
        open_slots = [slot for slot in self.named.get(request.model, self.default) if slot.is_open]
        text = " ".join(request.last_user_texts)
        asked = f"model {request.model!r}, last user message {_shortened(text)!r}"
        if not open_slots:
            return f"No step is left in {lane} for this request ({asked})."
        waiting = "; ".join(slot.describe() for slot in open_slots)
        return f"No remaining step in {lane} matches this request ({asked}). Remaining: {waiting}."


def unmet(expect: Expectation, request: ParsedRequest, body: Mapping[str, JsonValue]) -> list[str]:
    """What the request lacks or has too much of, one sentence each."""
    faults = [f"no text contains {wanted!r}" for wanted in expect.contains if not _occurs(wanted, request.texts)]
    faults += [f"a text contains {banned!r}" for banned in expect.not_contains if _occurs(banned, request.texts)]
    faults += [
        f"the last message does not contain {wanted!r}"
        for wanted in expect.last_contains
        if not _occurs(wanted, request.last_texts)
    ]
    faults += [f"tool {name!r} is not offered" for name in expect.tools if name not in request.tools]
    faults += [f"tool {name!r} is offered" for name in expect.not_tools if name in request.tools]
    if expect.last_role is not None and expect.last_role != request.last_role:
        faults.append(f"the last message is from {request.last_role!r}, not {expect.last_role!r}")
    if expect.fields is not None:
        faults += _differences(expect.fields, dict(body), "")
    return faults


def _matches(step: Step, request: ParsedRequest) -> bool:
    by_user = step.match is None or _occurs(step.match, request.last_user_texts)
    return by_user and (step.match_last is None or _occurs(step.match_last, request.last_texts))


def _occurs(wanted: str, texts: tuple[str, ...]) -> bool:
    return any(wanted in text for text in texts)


def _differences(wanted: JsonValue, found: JsonValue, place: str) -> list[str]:
    if isinstance(wanted, dict) and isinstance(found, dict):
        faults: list[str] = []
        for key, value in wanted.items():
            inner = f"{place}.{key}" if place else key
            faults += _differences(value, found[key], inner) if key in found else [f"field {inner!r} is missing"]
        return faults
    return [] if wanted == found else [f"field {place!r} is {found!r}, not {wanted!r}"]


def _shortened(text: str, limit: int = 80) -> str:
    return text if len(text) <= limit else text[:limit] + "…"

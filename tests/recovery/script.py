"""What the model says in these tests: a turn of ten steps that acts and reads, and a short turn after it.

The result that a step reads last selects the next step, so a step that is asked again after a crash is answered
again with the same words, whatever became of the step's other call.
"""

from typing import Any, Literal

Format = Literal["chat", "responses", "anthropic", "gemini"]
FORMATS: dict[Format, str] = {
    "chat": "openai",
    "responses": "openai_responses",
    "anthropic": "anthropic",
    "gemini": "gemini",
}
"""The scripted provider's names of the wire formats, and the workspace's."""

STEPS = 10
"""Steps of the long turn; all but the last one act and read."""
FIRST = "Please do the ten things"
SECOND = "And one more thing"
EFFECTS = (*(f"effect-{number}" for number in range(1, STEPS)), "effect-more")
"""Every effect that the two turns have, once each."""
UNKNOWN = "its outcome is unknown"
"""What the model reads of a call that was interrupted."""

Step = dict[str, Any]


CONVERSATIONS = 20
"""How many conversations have a turn at once."""


def markers() -> dict[str, str]:
    """Give the files that the steps read, by name."""
    many = [f"{number}{letter}" for number in range(CONVERSATIONS) for letter in "ab"]
    names = [*(str(number) for number in range(1, STEPS)), "more", *many]
    return {f"marker-{name}.txt": f"marker-{name} was here\n" for name in names}


def ten_steps(tokens_per_second: float = 350.0) -> dict[str, list[Step]]:
    """Give the script of both turns."""
    last = [FIRST, *(f"marker-{number}" for number in range(1, STEPS))]
    steps = [_acting(str(number), last[number - 1]) for number in range(1, STEPS)]
    steps.append(_saying("All ten things are done.", last[-1]))
    steps.append(_acting("more", SECOND))
    steps.append(_saying("That one is done too.", "marker-more"))
    return {"steps": [{**step, "tokens_per_second": tokens_per_second} for step in steps]}


def _acting(name: str, last: str) -> Step:
    return {
        **_saying(f"Now thing {name}: it takes a few words, so that they arrive in pieces, and then two calls.", last),
        "tool_calls": [
            {"name": "count_effect", "arguments": {"name": f"effect-{name}"}},
            {"name": "read_file", "arguments": {"path": f"marker-{name}.txt"}},
        ],
    }


def _saying(text: str, last: str) -> Step:
    return {
        "match_last": last,
        "repeat": "always",
        "thinking": f"I think about what follows {last}, for a while.",
        "text": text,
        "chunk_size": 8,
        # The same for every wire format and whatever the request holds, so that sums can be compared.
        "usage": {"input": 100, "cached": 40, "output": 30, "reasoning": 10},
    }


STALLED = "Please begin and stall"
"""The message whose turn acts once, and then is told half a sentence as often as the script says."""


def stalling(times: int) -> dict[str, list[Step]]:
    """Give a script whose second step stops in mid-sentence that many times and is answered whole after that."""
    second = _saying("This sentence is finished in the end.", "marker-1")
    stalled = {**second, "repeat": times, "optional": True, "hang_after": 9}
    return {"steps": [_acting("1", STALLED), *([stalled] if times else []), second]}


def begin(number: int) -> str:
    """Give the message that begins a conversation's turn; no conversation's is a part of another's."""
    return f"Begin number {number}."


def parallel() -> dict[str, list[Step]]:
    """Give a script of a turn of three steps for each of the conversations."""
    steps: list[Step] = []
    for number in range(CONVERSATIONS):
        steps += [
            _acting(f"{number}a", begin(number)),
            _acting(f"{number}b", f"marker-{number}a"),
            _saying(f"Conversation {number} is done.", f"marker-{number}b"),
        ]
    return {"steps": [{**step, "tokens_per_second": 100.0} for step in steps]}

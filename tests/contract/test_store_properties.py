"""Whatever is submitted in whatever order, the store behaves like a list for each conversation."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.conftest import LISTING, claimed, event
from flowent.domain.events import DELTA_TYPES
from flowent.store.base import Append, Claim, Listing, Prune, StaleOwnerError, StoredEventRow
from flowent.store.database import SqlStore

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
KINDS = st.sampled_from(["delta", "thinking_delta", "tool_input_delta", "start", "turn_ended", "output_done"])
names = (f"conversation {number}" for number in count())


@dataclass(frozen=True)
class Step:
    """One append to be submitted: by the owner or a stale one, waited for or not."""

    conversation: int
    events: Sequence[tuple[str, str]]
    title: str | None
    prune: tuple[int, int] | None
    stale: bool
    durable: bool
    waits: bool


STEPS = st.lists(
    st.builds(
        Step,
        conversation=st.integers(0, 4),
        events=st.lists(st.tuples(KINDS, TEXTS), max_size=6),
        title=st.none() | TEXTS,
        prune=st.none() | st.tuples(st.integers(0, 12), st.integers(0, 12)),
        stale=st.sampled_from([False] * 9 + [True]),
        durable=st.sampled_from([False] * 5 + [True]),
        waits=st.booleans(),
    ),
    max_size=25,
)


class Model:
    """One conversation as it should be."""

    def __init__(self, name: str, claim: Claim) -> None:
        self.name = name
        self.claim = claim
        self.seq = claim.seq
        self.rows = [event(1, "conversation_changed")]
        self.listing: Listing = LISTING
        self.reported: list[int | None] = []

    def append(self, step: Step) -> Append:
        """The append of a step; the model takes it over unless it is stale."""
        rows = [StoredEventRow(self.seq + number, 5, *row) for number, row in enumerate(step.events, 1)]
        listing = None if step.title is None else replace(LISTING, title=step.title)
        append = Append(
            self.name,
            self.claim.epoch - int(step.stale),
            self.seq,
            rows,
            durable=step.durable,
            listing=listing,
            prune=None if step.prune is None else Prune(*step.prune),
            on_commit=self.reported.append,
        )
        if not step.stale:
            self.seq += len(rows)
            self.rows += rows
            self.listing = listing or self.listing
            if step.prune is not None:
                after, before = step.prune
                self.rows = [row for row in self.rows if row.type not in DELTA_TYPES or not after < row.seq < before]
        return append


@given(steps=STEPS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
async def test_any_interleaving_reads_back_exactly(store: SqlStore, steps: list[Step]) -> None:
    models: list[Model] = []
    for _ in range(5):
        name = next(names)
        models.append(Model(name, await claimed(store, name)))
    submitted: list[tuple[Step, asyncio.Future[None]]] = []
    for step in steps:
        future = store.append(models[step.conversation].append(step))
        submitted.append((step, future))
        if step.waits:
            await asyncio.wait([future])
    outcomes = await asyncio.gather(*(future for _, future in submitted), return_exceptions=True)
    for (step, _), outcome in zip(submitted, outcomes, strict=True):
        assert type(outcome) is (StaleOwnerError if step.stale else type(None))
    numbers: list[int] = []
    for number, model in enumerate(models):
        assert await store.read_events(model.name, 0, 1000) == model.rows
        row = await store.get_conversation(model.name)
        assert row is not None
        assert (row.seq, row.listing) == (model.seq, model.listing)
        mine = [step for step in steps if step.conversation == number and not step.stale]
        assert [reported is not None for reported in model.reported] == [step.title is not None for step in mine]
        numbers += [reported for reported in model.reported if reported is not None]
    assert len(set(numbers)) == len(numbers)

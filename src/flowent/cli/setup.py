"""`flowent setup`: what could answer on this machine, and taking one of it."""

import sys
from typing import Protocol

import httpx

from flowent.bootstrap import open_workspace
from flowent.cli.doors import accepted_response
from flowent.cli.errors import CommandError
from flowent.cli.printer import harmless
from flowent.cli.running import find_running
from flowent.config import Config
from flowent.settings.errors import SettingsError
from flowent.settings.offers import Accepted, Offer


class _Offers(Protocol):
    """Where offers come from: the workspace in this process, or the running one."""

    async def find_offers(self) -> list[Offer]: ...

    async def accept(self, offer_id: str) -> Accepted: ...


class _RemoteOffers:
    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def find_offers(self) -> list[Offer]:
        response = await self._client.get("/api/setup")
        await accepted_response(response)
        return [Offer.model_validate(offer) for offer in response.json()["offers"]]

    async def accept(self, offer_id: str) -> Accepted:
        response = await self._client.post(f"/api/setup/offers/{offer_id}")
        await accepted_response(response)
        return Accepted.model_validate(response.json())


async def set_up(config: Config, offer_id: str | None) -> None:
    """Show the offers, or accept one; raises CommandError."""
    running = find_running(config)
    if running is not None:
        async with running.client() as client:
            await _set_up(_RemoteOffers(client), offer_id)
        return
    async with open_workspace(config, resume=False) as workspace:
        await _set_up(workspace.offers, offer_id)


async def _set_up(offers: _Offers, offer_id: str | None) -> None:
    if offer_id is None:
        _show(await offers.find_offers())
        return
    try:
        taken = await offers.accept(offer_id)
    except SettingsError as error:
        raise CommandError(str(error)) from error
    if taken.failure is not None:
        raise CommandError(taken.failure.message, taken.failure.remedy)
    model = f" with {taken.model}" if taken.model else "; choose a model with `flowent ask --model`"
    sys.stdout.write(f"{taken.provider_id} answers{' from now on' if taken.default else ''}{model}.\n")


def _show(offers: list[Offer]) -> None:
    for offer in offers:
        if offer.problem is not None:
            state = offer.problem.message
        elif offer.configured:
            state = "set up already"
        else:
            state = f"take it with: flowent setup {offer.id}"
        found = f" (…{offer.key_last4} in {offer.variable})" if offer.variable else ""
        found = f" at {offer.base_url}" if offer.kind == "server" else found
        sys.stdout.write(harmless(f"{offer.name}{found}: {state}") + "\n")
    if not offers:
        sys.stdout.write("Nothing was found. Add a provider over the API: docs/guide/api.md.\n")

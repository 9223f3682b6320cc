"""The first start: what could answer, found on this machine and in its environment, and taking one of it."""

from typing import Annotated

from fastapi import APIRouter, Path

from flowent.api.documentation import problems
from flowent.api.route import ApiRoute, Use
from flowent.api.views import SetupView
from flowent.settings.offers import Accepted

router = APIRouter(route_class=ApiRoute, prefix="/api/setup", tags=["setup"])

OfferId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_:.-]{1,100}$", description="An offer's id.")]


@router.get("")
async def get_setup(use: Use) -> SetupView:
    """Look for keys in the environment, servers on this machine, and the embedded model. Nothing is used yet."""
    return SetupView(offers=tuple(await use.offers.find_offers()))


@router.post("/offers/{offer_id}", responses=problems(404, 507))
async def accept_offer(offer_id: OfferId, use: Use) -> Accepted:
    """Use what was offered; it becomes the default where none is set."""
    return await use.offers.accept(offer_id)

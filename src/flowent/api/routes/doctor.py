"""The health of the workspace, as `flowent doctor` tells it in a terminal."""

from typing import Annotated

from fastapi import APIRouter, Query

from flowent.api.health import HealthReport
from flowent.api.route import ApiRoute, Use

router = APIRouter(route_class=ApiRoute, prefix="/api", tags=["workspace"])


@router.get("/doctor")
async def get_doctor(
    use: Use,
    providers: Annotated[bool, Query(description="Also ask each provider whether it answers; takes longer.")] = False,
) -> HealthReport:
    """Check what the workspace needs, and tell how much space its data takes."""
    return await use.doctor.report(providers=providers)

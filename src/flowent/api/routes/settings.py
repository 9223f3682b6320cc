"""The settings."""

from fastapi import APIRouter

from flowent.api.documentation import problems
from flowent.api.route import ApiRoute, Use
from flowent.settings.settings import Settings, SettingsPatch

router = APIRouter(route_class=ApiRoute, prefix="/api/settings", tags=["settings"])


@router.get("")
async def get_settings(use: Use) -> Settings:
    """Give all settings."""
    return use.settings.get()


@router.put("", responses=problems(507))
async def put_settings(changes: SettingsPatch, use: Use) -> Settings:
    """Change what is given and give all settings; a field that is left out stays, null resets it."""
    return await use.settings.merge(changes)

"""The model providers. Keys go in and never come out: answers tell only whether there is one, and its last four
characters."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from flowent.api.bodies import AskProvider
from flowent.api.documentation import problems
from flowent.api.route import ApiRoute, Use
from flowent.api.views import ModelList, ModelView, ProviderList
from flowent.settings.connection import ConnectionTest
from flowent.settings.provider_facts import ProviderInput, ProviderView

router = APIRouter(route_class=ApiRoute, prefix="/api/providers", tags=["providers"])

ProviderId = Annotated[
    str, Path(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$", description="Lower-case letters, digits, - and _.")
]


@router.get("")
async def list_providers(use: Use) -> ProviderList:
    """List the configured providers, oldest first."""
    return ProviderList(items=tuple(use.providers.list()))


@router.put("/{provider_id}", responses=problems(507))
async def put_provider(provider_id: ProviderId, provider: ProviderInput, use: Use) -> ProviderView:
    """Add a provider, or change what is given of one; a field that is left out keeps its value."""
    return await use.providers.put(provider_id, provider)


@router.get("/{provider_id}", responses=problems(404))
async def get_provider(provider_id: ProviderId, use: Use) -> ProviderView:
    """Show one provider."""
    return use.providers.get(provider_id)


@router.delete("/{provider_id}", status_code=204, response_class=Response, responses=problems(404, 507))
async def delete_provider(provider_id: ProviderId, use: Use) -> Response:
    """Remove a provider with its key."""
    await use.providers.delete(provider_id)
    return Response(status_code=204)


@router.get("/{provider_id}/models", responses=problems(404, 502))
async def list_provider_models(provider_id: ProviderId, use: Use) -> ModelList:
    """Ask the provider which models it has; what a person wrote down comes first and wins."""
    models = await use.providers.list_models(provider_id)
    return ModelList(items=tuple(ModelView.of(facts) for facts in models))


@router.post("/{provider_id}/test", responses=problems(404))
async def test_provider(provider_id: ProviderId, use: Use, ask: AskProvider | None = None) -> ConnectionTest:
    """Ask one model for a word. What the provider does wrong is in the answer, not a problem of this request."""
    return await use.providers.test(provider_id, None if ask is None else ask.model)

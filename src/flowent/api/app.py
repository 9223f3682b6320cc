"""The application: the routes behind the guard. `flowent.bootstrap` gives the services; nothing is built here."""

from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.types import StatelessLifespan

from flowent.api import errors, openapi, pages
from flowent.api.guard import Guard
from flowent.api.routes import (
    conversations,
    doctor,
    document,
    files,
    messages,
    providers,
    queue,
    settings,
    setup,
    streams,
    workdir,
    workspace,
)
from flowent.api.services import Services
from flowent.domain.values import JsonObject

_ROUTERS = (
    workspace,
    doctor,
    providers,
    settings,
    setup,
    conversations,
    messages,
    queue,
    streams,
    files,
    workdir,
    document,
)

# Nothing about requests is reported anywhere, whatever an environment variable of the framework says.
_NO_TELEMETRY: Any = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}


def create_app(services: Services, *, lifespan: StatelessLifespan[FastAPI] | None = None) -> FastAPI:
    """Serve these objects; ``lifespan`` is entered before the first request and left after the last."""
    app = _application(lifespan)
    app.state.services = services
    services.logins.on_session_end(services.streams.end_session)
    app.add_middleware(Guard, origins=services.origins, logins=services.logins, limits=services.limits)
    return app


def openapi_document(version: str) -> JsonObject:
    """Describe the API without a running workspace."""
    return openapi.document(_application(None), version)


def _application(lifespan: StatelessLifespan[FastAPI] | None) -> FastAPI:
    app = FastAPI(
        title="Flowent",
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
        telemetry=_NO_TELEMETRY,
    )
    errors.install(app)
    for module in _ROUTERS:
        app.include_router(module.router)
    app.include_router(pages.router)
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name

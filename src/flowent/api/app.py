"""The application: the routes behind the guard. `flowent.bootstrap` gives the services; nothing is built here."""

from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse
from starlette.types import StatelessLifespan

from flowent.api import errors, openapi, pages
from flowent.api.guard import Guard
from flowent.api.route import ApiRoute
from flowent.api.routes import conversations, files, messages, providers, queue, settings, setup, streams, workspace
from flowent.api.services import Services
from flowent.domain.values import JsonObject

_ROUTERS = (workspace, providers, settings, setup, conversations, messages, queue, streams, files)

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
    app.include_router(_document_router())
    app.include_router(pages.router)
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name


def _document_router() -> APIRouter:
    router = APIRouter(route_class=ApiRoute, prefix="/api", tags=["workspace"])

    @router.get("/openapi.json", response_class=JSONResponse)
    async def get_openapi_document(request: Request) -> JSONResponse:  # pyright: ignore[reportUnusedFunction]
        """Give this document."""
        app: FastAPI = request.app
        if app.openapi_schema is None:
            services: Services = app.state.services
            app.openapi_schema = openapi.document(app, services.about.version)
        return JSONResponse(app.openapi_schema)

    return router

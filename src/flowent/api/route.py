"""The route class and the dependencies that every route uses.

A parameter that a route does not know is refused by name, in the query as in a body. A body must say that it is JSON,
which a form of another site cannot, and hold text that can be stored.
"""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Path, Request, Response
from fastapi.routing import APIRoute

from flowent.api.auth import Principal
from flowent.api.json_text import broken_text
from flowent.api.origins import Origin
from flowent.api.problems import ApiError, FieldError, invalid_fields, readable
from flowent.api.services import Services

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class ApiRoute(APIRoute):
    """A route that knows its own parameters."""

    def get_route_handler(self) -> Handler:
        """Check the query's names and the body's kind before anything is parsed."""
        handler = super().get_route_handler()
        known = {field.alias for field in self.dependant.query_params}
        takes_body = self.body_field is not None

        async def checked(request: Request) -> Response:
            unknown = [name for name in dict.fromkeys(request.query_params) if name not in known]
            if unknown:
                message = "This parameter is not known here."
                errors = [FieldError(field=readable(name), message=message) for name in unknown]
                raise invalid_fields(errors)
            if takes_body and _has_body(request):
                if not _says_json(request):
                    raise _not_json()
                if place := broken_text(await request.body()):
                    message = "The text holds half a character: it is not valid Unicode."
                    raise invalid_fields([FieldError(field=readable(place), message=message)])
            return await handler(request)

        return checked


def services(request: Request) -> Services:
    """Give the services of this application."""
    found: Services = request.app.state.services
    return found


def principal(request: Request) -> Principal:
    """Give who is logged in; the guard let nobody else through."""
    found: Principal = request.state.principal
    return found


def origin(request: Request) -> Origin:
    """Give the address under which the request came."""
    found: Origin = request.state.origin
    return found


Use = Annotated[Services, Depends(services)]
Who = Annotated[Principal, Depends(principal)]
Here = Annotated[Origin, Depends(origin)]

ConversationId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="A conversation's id.")]
MessageId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.:-]{1,100}$", description="A message's id.")]


def _has_body(request: Request) -> bool:
    return request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers


def _says_json(request: Request) -> bool:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return media_type == "application/json" or (media_type.startswith("application/") and media_type.endswith("+json"))


def _not_json() -> ApiError:
    return ApiError(
        415,
        "unsupported_media_type",
        "This kind of body is not read here.",
        "The Content-Type is not application/json.",
        "Send one JSON object with `Content-Type: application/json`.",
    )

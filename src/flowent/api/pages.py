"""What a browser gets outside of the API: the built page under every address that is not a file, its files, and the
door of one-time links.

None of it holds a secret, so all of it is public: the page shows the login form to whoever is not logged in. A link
that is refused leads to ``/login?refused=…``, so that its token does not stay in the address bar.
"""

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from flowent.api.auth import TooManyAttemptsError, WrongCredentialsError
from flowent.api.cookies import set_cookie
from flowent.api.guard import client_of
from flowent.api.page_paths import METHODS
from flowent.api.route import Here, Use
from flowent.api.static_files import INDEX, StaticFiles, is_file_name, load

router = APIRouter(include_in_schema=False)

# Read with the module: later there is an event loop, which a slow disk must not stop.
_BUILT = load(Path(str(files("flowent").joinpath("static"))))
_NOT_BUILT = files("flowent.api").joinpath("page", "not-built.html").read_text(encoding="utf-8")

# A link must be used by opening it, not by a cache; and what is missing may be there after the next start.
_NOT_STORED = {"Cache-Control": "no-store"}


async def static_files() -> StaticFiles:
    """Give the files of the built page."""
    return _BUILT


Static = Annotated[StaticFiles, Depends(static_files)]


@router.get("/login", response_class=Response)
async def open_link(
    request: Request, use: Use, here: Here, static: Static, token: Annotated[str, Query(max_length=4096)] = ""
) -> Response:
    """Exchange the token of a one-time link for a session, and go to the page; without a token, show the login form."""
    if not token:
        return await _page(request, static)
    if "prefetch" in request.headers.get("sec-purpose", ""):
        # A browser that only guesses what will be opened must not use the link up.
        return Response(status_code=503, headers=_NOT_STORED)
    try:
        session = await use.logins.login_by_link(token, client_of(request.scope))
    except WrongCredentialsError:
        return _to("/") if request.state.principal is not None else _to("/login", refused="link")
    except TooManyAttemptsError as error:
        return _to("/login", refused="too_many_attempts", retry_after=str(error.retry_after))
    return RedirectResponse("/", 303, headers={**_NOT_STORED, "Set-Cookie": set_cookie(here, session)})


@router.api_route("/{path:page}", methods=[*METHODS], response_class=Response)
async def show_page(request: Request, static: Static) -> Response:
    """Give a file of the page, or the page itself, whose script knows the addresses."""
    path: str = request.scope["path"]
    if found := static.get(path):
        return await found.answer(request)
    if is_file_name(path) or not _takes_html(request.headers.getlist("accept")):
        raise HTTPException(404, headers=_NOT_STORED)
    return await _page(request, static)


async def _page(request: Request, static: StaticFiles) -> Response:
    index = static.get(INDEX)
    if index is None:
        return HTMLResponse(_NOT_BUILT, 503, headers=_NOT_STORED)
    return await index.answer(request)


def _to(path: str, **query: str) -> RedirectResponse:
    return RedirectResponse(f"{path}?{urlencode(query)}" if query else path, 303, headers=_NOT_STORED)


def _takes_html(headers: Sequence[str]) -> bool:
    kinds = {part.partition(";")[0].strip().lower() for part in ",".join(headers).split(",")}
    return not kinds.isdisjoint({"", "*/*", "text/*", "text/html"})

"""The plain pages, without script: what a browser sees at the workspace's address, and the door of one-time links."""

import html
from importlib.resources import files
from string import Template
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from flowent.api.auth import Principal, TooManyAttemptsError, WrongCredentialsError
from flowent.api.cookies import set_cookie
from flowent.api.guard import client_of
from flowent.api.route import Here, Use

router = APIRouter(include_in_schema=False)

_NAMES = ("index.html", "logged-in.html", "logged-out.html", "link-refused.html", "page.css")
# Read with the module: later there is an event loop, which a slow disk must not stop.
_TEXTS = {name: files("flowent.api").joinpath("page", name).read_text(encoding="utf-8") for name in _NAMES}

# What a page says depends on who is logged in, and a link must be used by opening it, not by a cache.
_NOT_STORED = {"Cache-Control": "no-store"}


@router.get("/", response_class=HTMLResponse)
async def show_page(request: Request, use: Use) -> Response:
    """Say that the workspace runs, and what to do next."""
    name = "logged-out.html" if _principal(request) is None else "logged-in.html"
    return _page(use.about.version, name)


@router.get("/page.css", response_class=Response)
async def show_style() -> Response:
    """Give the style sheet of the plain pages."""
    return Response(_TEXTS["page.css"], media_type="text/css", headers={"Cache-Control": "no-cache"})


@router.get("/login", response_class=RedirectResponse)
async def open_link(
    request: Request, use: Use, here: Here, token: Annotated[str, Query(max_length=4096)] = ""
) -> Response:
    """Exchange the token of a one-time link for a session, and go to the page."""
    if "prefetch" in request.headers.get("sec-purpose", ""):
        # A browser that only guesses what will be opened must not use the link up.
        return Response(status_code=503, headers=_NOT_STORED)
    try:
        session = await use.logins.login_by_link(token, client_of(request.scope))
    except WrongCredentialsError as error:
        if _principal(request) is not None:
            return RedirectResponse("/", 303, headers=_NOT_STORED)
        answer = _page(use.about.version, "link-refused.html", 401, reason=str(error))
        answer.headers["WWW-Authenticate"] = 'Bearer realm="flowent"'
        return answer
    except TooManyAttemptsError as error:
        answer = _page(use.about.version, "link-refused.html", 429, reason=str(error))
        answer.headers["Retry-After"] = str(error.retry_after)
        return answer
    return RedirectResponse("/", 303, headers={**_NOT_STORED, "Set-Cookie": set_cookie(here, session)})


def _principal(request: Request) -> Principal | None:
    found: Principal | None = request.state.principal
    return found


def _page(version: str, name: str, status: int = 200, **texts: str) -> HTMLResponse:
    safe = {key: html.escape(text) for key, text in texts.items()}
    content = Template(_TEXTS[name]).substitute(safe)
    page = Template(_TEXTS["index.html"]).substitute(content=content, version=html.escape(version))
    return HTMLResponse(page, status, headers=_NOT_STORED)

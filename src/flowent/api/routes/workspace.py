"""Whether the server answers, what it is, and who is logged in."""

from fastapi import APIRouter, Request, Response

from flowent.api.auth import NewSession
from flowent.api.bodies import Login
from flowent.api.cookies import clear_cookie, set_cookie
from flowent.api.documentation import problems
from flowent.api.guard import client_of
from flowent.api.route import ApiRoute, Here, Use, Who
from flowent.api.services import About
from flowent.api.views import Health, LoginLink

router = APIRouter(route_class=ApiRoute, prefix="/api", tags=["workspace"])


@router.get("/health")
async def get_health(use: Use) -> Health:
    """Say that the server answers. Needs no login."""
    return Health(version=use.about.version)


@router.get("/about")
async def get_about(use: Use) -> About:
    """Tell what runs here."""
    return use.about


@router.post("/login", status_code=204, response_class=Response, responses=problems(507))
async def log_in(login: Login, request: Request, use: Use, here: Here) -> Response:
    """Log a browser in: the answer sets its cookie. Needs no login."""
    client = client_of(request.scope)
    session: NewSession
    if login.token is not None:
        session = await use.logins.login_by_token(login.token.get_secret_value(), client)
    elif login.password is not None:
        session = await use.logins.login_by_password(login.password.get_secret_value(), client)
    else:
        raise AssertionError("a login has a token or a password")
    return Response(status_code=204, headers={"Set-Cookie": set_cookie(here, session)})


@router.post("/logout", status_code=204, response_class=Response, responses=problems(507))
async def log_out(use: Use, who: Who, here: Here) -> Response:
    """End the browser's session and its open streams. A program with the bearer token has nothing to end."""
    await use.logins.logout(who)
    return Response(status_code=204, headers={"Set-Cookie": clear_cookie(here)})


@router.post("/login-links", status_code=201)
async def create_login_link(use: Use) -> LoginLink:
    """Make a link that logs one browser in, once, within ten minutes: what `flowent link` prints."""
    link = use.logins.new_link()
    return LoginLink(url=f"{use.origins.preferred}/login?token={link.token}", expires_at=link.expires_at)

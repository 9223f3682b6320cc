"""The door: what it lets in, what it refuses and in which order, and what it puts on every answer."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import httpx
import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from flowent.api.auth import Logins
from flowent.api.guard import CONTENT_SECURITY_POLICY, Guard
from flowent.api.limits import Limits
from flowent.api.origins import Origins

Ask = Callable[..., Awaitable[httpx.Response]]
OWN = "http://127.0.0.1:6873"


def bearer(token: str) -> tuple[str, str]:
    return ("authorization", f"Bearer {token}")


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:6873",
        "127.0.0.1",
        "127.0.0.1:6874",
        "localhost.:6873",
        "localhost:06873",
        "127.1:6873",
        "0.0.0.0:6873",
        "2130706433:6873",
        "[0:0:0:0:0:0:0:1]:6873",
        "[::1%25lo]:6873",
        "127.0.0.1:6873@evil.example",
        "127.0.0.1:6873, evil.example",
        "127.0.0.1.nip.io:6873",
        "flowent.example.org:80",
        "flowent.example.org.evil.example",
        "",
    ],
)
async def test_any_other_host_is_misdirected(ask: Ask, token: str, host: str) -> None:
    answer = await ask(host=host, headers=(bearer(token),))
    assert (answer.status_code, answer.json()["code"]) == (421, "unknown_host")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:6873",
        "localhost:6873",
        "LOCALHOST:6873",
        "[::1]:6873",
        "flowent.example.org",
        "flowent.example.org:443",
        "Flowent.Example.ORG",
    ],
)
async def test_every_spelling_of_our_own_addresses_is_taken(ask: Ask, token: str, host: str) -> None:
    assert (await ask(host=host, headers=(bearer(token),))).status_code == 200


async def test_the_host_is_looked_at_before_anything_else(ask: Ask) -> None:
    answer = await ask(host="evil.example", headers=(("origin", "http://evil.example"), ("content-length", "x")))
    assert answer.status_code == 421


async def test_a_request_without_host_is_refused(ask: Ask, token: str) -> None:
    assert (await ask(host=None, headers=(bearer(token),))).json()["code"] == "bad_header"


@pytest.mark.parametrize("name", ["host", "authorization", "origin", "sec-fetch-site", "content-length"])
async def test_a_header_that_decides_may_not_be_there_twice(ask: Ask, token: str, name: str) -> None:
    twice = {
        "host": (("host", "127.0.0.1:6873"), bearer(token)),
        "authorization": (bearer(token), bearer(token)),
        "origin": (("origin", OWN), ("origin", OWN), bearer(token)),
        "sec-fetch-site": (("sec-fetch-site", "none"), ("sec-fetch-site", "none"), bearer(token)),
        "content-length": (("content-length", "0"), ("content-length", "0"), bearer(token)),
    }[name]
    answer = await ask(headers=twice)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_header")


async def test_an_api_route_without_login_is_unauthorised(ask: Ask) -> None:
    answer = await ask()
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "path",
    [
        "//api/health",
        "/api//health",
        "/api/health/",
        "/api/./health",
        "/api/../api/health",
        "/api/health/../providers",
        "/API/health",
        "/api/health;x",
        "/api/health\x00",
        "/api/health ",
        "/login/../api/providers",
        "/%61pi/health",
        "/.git/config",
        "/api",
        "/api/",
        "/Api",
        "",
        "*",
    ],
)
async def test_only_the_exact_public_paths_need_no_login(ask: Ask, path: str) -> None:
    assert (await ask(path=path)).status_code == 401


@pytest.mark.parametrize("method", ["POST", "PUT", "HEAD", "OPTIONS", "TRACE", "get"])
async def test_a_public_path_is_public_for_its_own_method_only(ask: Ask, method: str) -> None:
    assert (await ask(method, "/api/health")).status_code == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/health"),
        ("POST", "/api/login"),
        ("GET", "/"),
        ("HEAD", "/"),
        ("GET", "/login"),
        ("GET", "/c/conv_1"),
        ("GET", "/assets/main-1a2b.js"),
    ],
)
async def test_the_public_routes_need_no_login(ask: Ask, method: str, path: str) -> None:
    assert (await ask(method, path)).json()["kind"] is None


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get", "QUERY"])
@pytest.mark.parametrize("path", ["/", "/login", "/c/conv_1"])
async def test_the_page_is_public_only_to_be_read(ask: Ask, method: str, path: str) -> None:
    assert (await ask(method, path)).status_code == 401


async def test_only_the_door_of_links_looks_whether_somebody_is_logged_in(ask: Ask, cookie: str) -> None:
    assert (await ask(path="/login", headers=(("cookie", cookie),))).json()["kind"] == "browser"
    assert (await ask(path="/c/conv_1", headers=(("cookie", cookie),))).json()["kind"] is None


async def test_the_right_bearer_token_lets_a_program_in(ask: Ask, token: str) -> None:
    assert (await ask(headers=(bearer(token),))).json()["kind"] == "program"


@pytest.mark.parametrize("value", ["Bearer wrong", "Bearer", "Bearer ", "Basic {token}", "{token}", "Bearer {token}x"])
async def test_any_other_authorization_is_refused(ask: Ask, token: str, cookie: str, value: str) -> None:
    sent = value.replace("{token}", token)
    answer = await ask(headers=(("authorization", sent), ("cookie", cookie)))
    assert answer.status_code == 401
    assert token not in answer.text


async def test_failed_bearers_are_slowed_down(ask: Ask) -> None:
    for _ in range(10):
        assert (await ask(headers=(bearer("guess"),))).status_code == 401
    answer = await ask(headers=(bearer("guess"),))
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_attempts")
    assert int(answer.headers["retry-after"]) > 0


async def test_a_session_lets_a_browser_in(ask: Ask, cookie: str) -> None:
    answer = await ask(headers=(("cookie", f"theme=dark; {cookie}"),))
    assert answer.json()["kind"] == "browser"


async def test_a_planted_second_cookie_does_not_log_a_browser_out(ask: Ask, cookie: str) -> None:
    answer = await ask(headers=(("cookie", f"flowent_session_6873=planted; {cookie}"),))
    assert answer.json()["kind"] == "browser"


async def test_another_port_has_another_cookie(ask: Ask, cookie: str) -> None:
    renamed = cookie.replace("6873", "6874")
    assert (await ask(headers=(("cookie", renamed),))).status_code == 401


async def test_an_expired_session_is_refused(ask: Ask, cookie: str, advance: Callable[[float], None]) -> None:
    advance(30 * 24 * 3600 + 1)
    assert (await ask(headers=(("cookie", cookie),))).status_code == 401


async def test_a_logged_out_session_is_refused_at_once(ask: Ask, cookie: str, logins: Logins) -> None:
    assert (await ask(headers=(("cookie", cookie),))).status_code == 200
    principal = await logins.browser(cookie.partition("=")[2])
    assert principal is not None
    await logins.logout(principal)
    assert (await ask(headers=(("cookie", cookie),))).status_code == 401


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "http://127.0.0.1:8080",
        "https://127.0.0.1:6873",
        "http://localhost:6873",
        "http://127.0.0.1:6873.evil.example",
        "http://127.0.0.1:6873/",
        "HTTP://127.0.0.1:6873",
        "null",
        "",
    ],
)
async def test_a_foreign_origin_is_forbidden_even_with_a_token(ask: Ask, token: str, origin: str) -> None:
    answer = await ask(headers=(("origin", origin), bearer(token)))
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")


async def test_a_foreign_preflight_gets_no_permission(ask: Ask) -> None:
    answer = await ask(
        "OPTIONS",
        "/api/settings",
        headers=(("origin", "http://evil.example"), ("access-control-request-method", "PUT")),
    )
    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_a_changing_request_with_the_cookie_needs_our_origin(ask: Ask, cookie: str) -> None:
    answer = await ask("POST", headers=(("cookie", cookie),))
    assert (answer.status_code, answer.json()["code"]) == (403, "origin_required")
    assert (await ask("POST", headers=(("cookie", cookie), ("origin", OWN)))).status_code == 200


async def test_a_program_needs_no_origin(ask: Ask, token: str) -> None:
    assert (await ask("POST", headers=(bearer(token),))).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site", "something-new", ""])
async def test_what_another_site_or_port_started_is_forbidden(ask: Ask, cookie: str, site: str) -> None:
    answer = await ask(headers=(("cookie", cookie), ("sec-fetch-site", site)))
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")


@pytest.mark.parametrize("site", ["same-origin", "none"])
async def test_our_own_page_and_the_address_bar_pass(ask: Ask, cookie: str, site: str) -> None:
    assert (await ask(headers=(("cookie", cookie), ("sec-fetch-site", site)))).status_code == 200


NAVIGATION = (("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document"))


@pytest.mark.parametrize("path", ["/", "/login", "/c/conv_1"])
async def test_a_link_on_another_site_may_open_a_page(ask: Ask, path: str) -> None:
    assert (await ask(path=path, headers=NAVIGATION)).status_code == 200


async def test_a_link_on_another_site_opens_no_api_route(ask: Ask, cookie: str) -> None:
    answer = await ask(path="/api/attachments/att_1", headers=(("cookie", cookie), *NAVIGATION))
    assert answer.status_code == 403


@pytest.mark.parametrize("dest", ["iframe", "object", "embed", "image"])
async def test_another_site_embeds_no_page(ask: Ask, dest: str) -> None:
    headers = (*NAVIGATION[:2], ("sec-fetch-dest", dest))
    assert (await ask(path="/", headers=headers)).status_code == 403


async def test_another_site_posts_no_form(ask: Ask) -> None:
    assert (await ask("POST", "/api/login", headers=NAVIGATION)).status_code == 403


@pytest.mark.parametrize(
    ("path", "host"), [("/api/things", "127.0.0.1:6873"), ("/", "127.0.0.1:6873"), ("/api/x", "evil.example")]
)
async def test_every_answer_carries_the_security_headers(ask: Ask, token: str, path: str, host: str) -> None:
    headers = (await ask(path=path, host=host, headers=(bearer(token),))).headers
    assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"


async def test_a_page_may_not_use_what_it_never_asks_for(ask: Ask) -> None:
    policy = (await ask(path="/")).headers["permissions-policy"].split(", ")
    assert {"camera=()", "geolocation=()", "microphone=()"} <= set(policy)
    assert all(part.endswith("=()") for part in policy)


async def test_api_answers_are_not_stored(ask: Ask, token: str) -> None:
    assert (await ask(headers=(bearer(token),))).headers["cache-control"] == "no-store"
    assert "cache-control" not in (await ask(path="/")).headers


async def test_an_answer_may_be_stricter_than_the_page(ask: Ask, token: str) -> None:
    headers = (await ask(path="/api/file", headers=(bearer(token),))).headers
    assert headers.get_list("content-security-policy") == ["sandbox"]


async def test_a_body_that_says_it_is_too_large_is_not_read(ask: Ask, token: str) -> None:
    answer = await ask("POST", headers=(bearer(token), ("content-length", "1001")), body=())
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize("length", ["-1", "+5", "1e3", "0x10", "five", "1 2", "²"])
async def test_a_malformed_length_is_refused(ask: Ask, token: str, length: str) -> None:
    answer = await ask("POST", headers=(bearer(token), ("content-length", length)))
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_header")


async def test_an_absurd_length_is_refused(ask: Ask, token: str) -> None:
    answer = await ask("POST", headers=(bearer(token), ("content-length", "9" * 5000)))
    assert answer.status_code == 413


async def test_a_body_up_to_the_limit_passes(ask: Ask, token: str) -> None:
    answer = await ask("POST", headers=(bearer(token),), body=(b"x" * 500, b"x" * 500))
    assert answer.json()["bytes"] == 1000


async def test_uploads_have_a_limit_of_their_own(ask: Ask, token: str) -> None:
    answer = await ask("POST", "/api/attachments", headers=(bearer(token),), body=(b"x" * 5000,))
    assert answer.json()["bytes"] == 5000


async def test_a_compressed_body_is_refused(ask: Ask, token: str) -> None:
    answer = await ask("POST", headers=(bearer(token), ("content-encoding", "gzip")), body=(b"\x1f\x8b",))
    assert answer.status_code == 415


@pytest.mark.parametrize("value", ["websocket", "WebSocket", "h2c, websocket"])
async def test_an_upgrade_to_a_websocket_is_refused(ask: Ask, token: str, value: str) -> None:
    answer = await ask(headers=(bearer(token), ("connection", "upgrade"), ("upgrade", value)))
    assert (answer.status_code, answer.json()["code"]) == (400, "websocket_refused")


async def test_a_websocket_is_closed_before_it_opens(ask: Ask, token: str) -> None:
    assert (await ask(type="websocket", headers=(bearer(token),))).status_code == 403


async def test_a_bug_becomes_a_problem_with_an_id_that_is_in_the_log(
    ask: Ask, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = await ask(path="/api/bug", headers=(bearer(token),))
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (500, "internal_error")
    assert "sk-canary" not in answer.text
    assert "Traceback" not in answer.text
    assert [vars(record)["error_id"] for record in caplog.records] == [problem["id"]]


async def test_a_refusal_is_logged_without_the_token(ask: Ask, token: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        await ask(headers=(bearer(token + "x"),))
    assert [vars(record)["code"] for record in caplog.records] == ["wrong_credentials"]
    assert token not in caplog.text


async def test_uploads_at_once_are_capped(origins: Origins, logins: Logins, token: str) -> None:
    release, inside = asyncio.Event(), asyncio.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        inside.set()
        await release.wait()
        await Response()(scope, receive, send)

    guard = Guard(slow, origins=origins, logins=logins, limits=Limits(uploads_at_once=1))
    transport = httpx.ASGITransport(guard)
    async with httpx.AsyncClient(transport=transport, base_url=OWN, headers=dict([bearer(token)])) as client:
        first = asyncio.create_task(client.post("/api/attachments"))
        await inside.wait()
        refused = await client.post("/api/attachments")
        release.set()
        assert (await first).status_code == 200
        assert (refused.status_code, refused.json()["code"]) == (503, "too_many_uploads")
        assert (await client.post("/api/attachments")).status_code == 200

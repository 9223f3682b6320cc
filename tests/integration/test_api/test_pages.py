"""The page over the real application: what everybody gets, under which address, and with which headers."""

import gzip
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from flowent.api.guard import CONTENT_SECURITY_POLICY
from flowent.api.pages import static_files
from flowent.api.server import Server
from flowent.api.static_files import StaticFiles, load

INDEX = "<!doctype html><title>Flowent</title>" + "<!-- filled -->" * 100
SCRIPT = "export {};\n" * 200
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A built page, with its compressed forms."""
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (folder / ".digest").write_text("x")
    for name, content in {"index.html": INDEX, "assets/main-1a2b.js": SCRIPT, "manifest.webmanifest": "{}"}.items():
        (folder / name).write_text(content)
        if len(content) > 1000:
            (folder / f"{name}.gz").write_bytes(gzip.compress(content.encode()))
    (tmp_path / "outside.txt").write_text("outside")
    return folder


@pytest.fixture
def files(built: Path) -> StaticFiles:
    return load(built)


@pytest.fixture
def with_page(app: FastAPI, files: StaticFiles) -> None:
    """Have the application serve that page."""
    app.dependency_overrides[static_files] = lambda: files


@pytest.fixture
async def visitor(server: tuple[Server, str], files: StaticFiles) -> AsyncGenerator[httpx.AsyncClient, None]:
    """A client of the running server, which serves that page."""
    running, address = server
    served = running.config.app
    assert isinstance(served, FastAPI)
    served.dependency_overrides[static_files] = lambda: files
    async with httpx.AsyncClient(base_url=address) as client:
        yield client


@pytest.fixture
def without_page(app: FastAPI) -> None:
    """Have the application serve none."""
    app.dependency_overrides[static_files] = lambda: {}


@pytest.mark.usefixtures("with_page")
@pytest.mark.parametrize(
    "path", ["/", "/login", "/c/conv_1", "/settings", "/settings/providers", "/settings/", "/no/such/page"]
)
async def test_every_address_that_the_script_may_know_gives_the_page(anyone: httpx.AsyncClient, path: str) -> None:
    answer = await anyone.get(path, headers=BROWSER)
    assert (answer.status_code, answer.text) == (200, INDEX)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["etag"]


@pytest.mark.usefixtures("with_page")
async def test_the_page_is_compressed_on_the_way_and_asked_for_again(anyone: httpx.AsyncClient) -> None:
    answer = await anyone.get("/", headers={"Accept-Encoding": "gzip, br"})
    assert (answer.headers["content-encoding"], answer.text) == ("gzip", INDEX)
    assert int(answer.headers["content-length"]) < len(INDEX)
    again = await anyone.get("/c/1", headers={"Accept-Encoding": "gzip", "If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.usefixtures("with_page")
async def test_files_need_no_login_and_hashed_ones_are_kept_for_ever(anyone: httpx.AsyncClient) -> None:
    script = await anyone.get("/assets/main-1a2b.js")
    assert (script.status_code, script.text) == (200, SCRIPT)
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    manifest = await anyone.get("/manifest.webmanifest")
    assert manifest.headers["content-type"] == "application/manifest+json"
    assert manifest.headers["cache-control"] == "no-cache"


@pytest.mark.usefixtures("with_page")
async def test_the_page_and_its_files_carry_the_policies(anyone: httpx.AsyncClient) -> None:
    for path in ("/", "/assets/main-1a2b.js", "/none.js"):
        headers = (await anyone.get(path)).headers
        assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert headers["x-content-type-options"] == "nosniff"
        assert "camera=()" in headers["permissions-policy"]


@pytest.mark.usefixtures("with_page")
@pytest.mark.parametrize("path", ["/", "/login?token=x", "/c/conv_1", "/assets/main-1a2b.js"])
async def test_head_is_get_without_its_body(anyone: httpx.AsyncClient, path: str) -> None:
    head = await anyone.head(path)
    assert (head.status_code, head.content) == (200, b"")
    got = await anyone.get(path.partition("?")[0])
    assert head.headers == got.headers


@pytest.mark.usefixtures("with_page")
@pytest.mark.parametrize("path", ["/assets/gone-9f9f.js", "/assets/", "/favicon.ico", "/.digest"])
async def test_a_file_that_is_not_there_is_not_the_page(program: httpx.AsyncClient, path: str) -> None:
    answer = await program.get(path, headers=BROWSER)
    assert answer.status_code == 404
    assert answer.json()["code"] == "no_such_route"
    assert INDEX not in answer.text


@pytest.mark.usefixtures("with_page")
async def test_a_missing_file_is_asked_for_again_after_an_update(anyone: httpx.AsyncClient) -> None:
    assert (await anyone.get("/assets/gone-9f9f.js")).headers["cache-control"] == "no-store"


@pytest.mark.usefixtures("with_page")
@pytest.mark.parametrize("accept", ["application/json", "image/*", "text/event-stream"])
async def test_who_takes_no_page_gets_none(anyone: httpx.AsyncClient, accept: str) -> None:
    assert (await anyone.get("/c/conv_1", headers={"Accept": accept})).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/../outside.txt",
        "/assets/../../outside.txt",
        "/assets/%2e%2e/%2e%2e/outside.txt",
        "/assets/..%2f..%2foutside.txt",
        "/..%5coutside.txt",
        "//etc/passwd",
        "/assets//etc/passwd",
        "/%2fetc/passwd",
        "/assets/main-1a2b.js%00.html",
    ],
)
async def test_no_path_leads_out_of_the_page(visitor: httpx.AsyncClient, path: str) -> None:
    # The library tidies paths; this is what an attacker writes on the wire.
    answer = await visitor.get("/", headers=BROWSER, extensions={"target": path.encode()})
    assert answer.status_code == 401


@pytest.mark.usefixtures("with_page")
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_the_page_can_only_be_read(anyone: httpx.AsyncClient, program: httpx.AsyncClient, method: str) -> None:
    assert (await anyone.request(method, "/c/conv_1")).status_code == 401
    answer = await program.request(method, "/c/conv_1")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


@pytest.mark.usefixtures("with_page")
@pytest.mark.parametrize("path", ["/api", "/api/", "/api/none", "/api/index.html", "/API/health", "//api/about"])
async def test_nothing_under_the_api_is_a_page(
    anyone: httpx.AsyncClient, program: httpx.AsyncClient, path: str
) -> None:
    address = httpx.URL("http://127.0.0.1:6873").copy_with(raw_path=path.encode())
    assert (await anyone.get(address, headers=BROWSER)).status_code == 401
    assert (await program.get(address, headers=BROWSER)).status_code == 404


@pytest.mark.usefixtures("with_page")
async def test_an_api_route_that_cannot_be_read_says_so(program: httpx.AsyncClient) -> None:
    answer = await program.get("/api/login-links", headers=BROWSER)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.usefixtures("without_page")
@pytest.mark.parametrize("path", ["/", "/login", "/c/conv_1"])
async def test_without_a_built_page_the_answer_says_what_to_do(anyone: httpx.AsyncClient, path: str) -> None:
    answer = await anyone.get(path, headers=BROWSER)
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert "./dev serve" in answer.text
    assert "<script" not in answer.text
    assert "style" not in answer.text


@pytest.mark.usefixtures("without_page")
async def test_without_a_built_page_the_api_works_and_a_file_is_unknown(
    anyone: httpx.AsyncClient, program: httpx.AsyncClient
) -> None:
    assert (await program.get("/api/about")).status_code == 200
    assert (await anyone.get("/assets/main-1a2b.js")).status_code == 404


async def test_the_real_server_answers_head_and_get_on_one_connection(visitor: httpx.AsyncClient) -> None:
    head = await visitor.head("/assets/main-1a2b.js")
    # A body that was sent all the same would be read as the next answer.
    got = await visitor.get("/assets/main-1a2b.js")
    assert (head.content, got.text) == (b"", SCRIPT)
    assert head.headers["content-length"] == got.headers["content-length"]
    assert head.headers["content-encoding"] == "gzip"
    again = await visitor.get("/assets/main-1a2b.js", headers={"If-None-Match": got.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")

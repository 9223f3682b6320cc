"""The built page in memory: what is read, and how a file answers."""

import gzip
from pathlib import Path

import pytest
from starlette.requests import Request

from flowent.api.static_files import StaticFile, StaticFiles, is_file_name, load

SCRIPT = b"console.log('hello');\n" * 100


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A built page."""
    assets = tmp_path / "assets"
    assets.mkdir()
    (tmp_path / "index.html").write_text("<!doctype html>")
    (tmp_path / "manifest.webmanifest").write_text("{}")
    (tmp_path / ".digest").write_text("secret enough not to be shown")
    (assets / "main-1a2b.js").write_bytes(SCRIPT)
    (assets / "main-1a2b.js.gz").write_bytes(gzip.compress(SCRIPT))
    (assets / "data.gz").write_bytes(b"not a compressed form of anything")
    (assets / "font-1a2b.woff2").write_bytes(b"\x00\x01")
    (assets / "thing.unheard-of").write_bytes(b"<script>")
    return tmp_path


@pytest.fixture
def files(built: Path) -> StaticFiles:
    return load(built)


@pytest.fixture
def script(files: StaticFiles) -> StaticFile:
    return files["/assets/main-1a2b.js"]


def asked(method: str = "GET", **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": method, "path": "/", "headers": raw, "query_string": b""})


def test_every_file_is_known_but_hidden_ones_and_compressed_forms(files: StaticFiles) -> None:
    assert set(files) == {
        "/index.html",
        "/manifest.webmanifest",
        "/assets/main-1a2b.js",
        "/assets/data.gz",
        "/assets/font-1a2b.woff2",
        "/assets/thing.unheard-of",
    }


def test_without_a_built_page_there_are_no_files(tmp_path: Path) -> None:
    assert load(tmp_path / "static") == {}


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("/index.html", "text/html; charset=utf-8"),
        ("/manifest.webmanifest", "application/manifest+json"),
        ("/assets/main-1a2b.js", "text/javascript; charset=utf-8"),
        ("/assets/font-1a2b.woff2", "font/woff2"),
        ("/assets/thing.unheard-of", "application/octet-stream"),
    ],
)
async def test_the_type_is_from_our_own_table(files: StaticFiles, name: str, media_type: str) -> None:
    assert (await files[name].answer(asked())).headers["content-type"] == media_type


async def test_what_has_its_content_in_its_name_is_kept_for_ever_and_the_rest_is_asked_for(files: StaticFiles) -> None:
    controls = {name: file.cache_control for name, file in files.items()}
    assert controls["/assets/main-1a2b.js"] == "public, max-age=31536000, immutable"
    assert controls["/index.html"] == controls["/manifest.webmanifest"] == "no-cache"


@pytest.mark.parametrize(
    "accepted", ["gzip", "br, gzip;q=0.5", "GZIP", "x-gzip", "*", "*;q=0, gzip", "gzip;q=0.001", "deflate, *;q=0.1"]
)
async def test_a_client_that_takes_gzip_gets_the_compressed_form(script: StaticFile, accepted: str) -> None:
    answer = await script.answer(asked(accept_encoding=accepted))
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(bytes(answer.body)) == SCRIPT


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "gzip; q=0.000, *", "*;q=0", "notgzip"])
async def test_any_other_client_gets_the_file_as_it_is(script: StaticFile, accepted: str) -> None:
    answer = await script.answer(asked(accept_encoding=accepted))
    assert "content-encoding" not in answer.headers
    assert answer.body == SCRIPT
    assert answer.headers["vary"] == "Accept-Encoding"


async def test_a_file_without_compressed_form_does_not_vary(files: StaticFiles) -> None:
    answer = await files["/index.html"].answer(asked(accept_encoding="gzip"))
    assert "content-encoding" not in answer.headers
    assert "vary" not in answer.headers


async def test_the_two_forms_have_tags_of_their_own(script: StaticFile) -> None:
    plain, packed = await script.answer(asked()), await script.answer(asked(accept_encoding="gzip"))
    assert plain.headers["etag"] != packed.headers["etag"]


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
async def test_who_has_the_file_is_told_so(script: StaticFile, form: str) -> None:
    first = await script.answer(asked(accept_encoding="gzip"))
    again = await script.answer(asked(accept_encoding="gzip", if_none_match=form.format(first.headers["etag"])))
    assert (again.status_code, again.body) == (304, b"")
    for name in ("etag", "cache-control", "vary"):
        assert again.headers[name] == first.headers[name]
    assert "content-type" not in again.headers


async def test_who_has_another_form_gets_the_file(script: StaticFile) -> None:
    plain = await script.answer(asked())
    answer = await script.answer(asked(accept_encoding="gzip", if_none_match=plain.headers["etag"]))
    assert answer.status_code == 200


def test_another_content_of_the_same_length_has_another_tag(built: Path, files: StaticFiles) -> None:
    (built / "index.html").write_text("<!DOCTYPE HTML>")
    assert load(built)["/index.html"].tag != files["/index.html"].tag


@pytest.mark.parametrize("accepted", ["gzip", "identity"])
async def test_head_says_what_get_would(script: StaticFile, accepted: str) -> None:
    got = await script.answer(asked(accept_encoding=accepted))
    head = await script.answer(asked("HEAD", accept_encoding=accepted))
    assert head.body == b""
    assert head.headers == got.headers


@pytest.mark.parametrize(
    ("is_file", "path"),
    [
        (True, "/assets/anything"),
        (True, "/favicon.ico"),
        (True, "/robots.TXT"),
        (False, "/c/conv_1"),
        (False, "/settings/providers/llama.cpp"),
        (False, "/"),
    ],
)
def test_what_looks_like_a_file_is_no_page(is_file: bool, path: str) -> None:
    assert is_file_name(path) is is_file

"""Which paths are the page's: everybody may see those, so none of them may reach the API."""

import pytest

from flowent.api.page_paths import is_page_path


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/login",
        "/c/conv_01J-x",
        "/settings/",
        "/settings/providers/llama.cpp",
        "/assets/index-BUtzo8E2.js",
        "/manifest.webmanifest",
        "/apis",
        "/c/api",
    ],
)
def test_a_plainly_written_path_is_the_pages(path: str) -> None:
    assert is_page_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/",
        "/api/health",
        "/API/health",
        "/Api/Health",
        "//api/health",
        "/./api/health",
        "/login/../api/health",
        "/c/..",
        "/c//x",
        "/.git/config",
        "/c/.hidden",
        "/c/a b",
        "/c/a%2e",
        "/c\\x",
        "/c;x",
        "/c?x",
        "/c\n",
        "/c\x00",
        "/\u0430",
        "",
        "c",
        "*",
    ],
)
def test_the_api_and_whatever_is_not_plainly_written_is_not(path: str) -> None:
    assert not is_page_path(path)

"""Our own addresses."""

import pytest

from flowent.api.origins import Origin, OriginError, Origins, loopback_origins, parse_origin


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://flowent.example.org", Origin("https", "flowent.example.org", 443)),
        ("https://Flowent.Example.org/", Origin("https", "flowent.example.org", 443)),
        ("http://10.0.0.5:6873", Origin("http", "10.0.0.5", 6873)),
        ("http://[::1]:6873", Origin("http", "[::1]", 6873)),
        ("http://[FE80::1]", Origin("http", "[fe80::1]", 80)),
    ],
)
def test_an_address_is_read(text: str, origin: Origin) -> None:
    assert parse_origin(text) == origin


@pytest.mark.parametrize(
    "text",
    [
        "flowent.example.org",
        "ftp://flowent.example.org",
        "https://",
        "https://user@flowent.example.org",
        "https://flowent.example.org/path",
        "https://flowent.example.org?x",
        "https://flowent.example.org#x",
        "https://flowent.example.org:99999",
        "https://[::1",
        "",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(OriginError):
        parse_origin(text)


@pytest.mark.parametrize(
    "text", ["https://flowent.example.org", "http://127.0.0.1:6873", "http://[::1]:6873", "https://x.example:80"]
)
def test_an_address_is_written_as_browsers_write_it(text: str) -> None:
    assert str(parse_origin(text)) == text


def test_the_first_of_two_addresses_with_one_host_counts() -> None:
    first, second = Origin("https", "localhost", 6873), Origin("http", "localhost", 6873)
    assert Origins([first, second]).of_host("localhost:6873") == first


def test_there_must_be_an_address() -> None:
    with pytest.raises(OriginError):
        Origins([])


def test_links_are_made_for_the_first_address() -> None:
    origins = Origins([parse_origin("https://flowent.example.org"), *loopback_origins(6873)])
    assert str(origins.preferred) == "https://flowent.example.org"

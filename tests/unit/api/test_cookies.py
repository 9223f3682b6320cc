"""The login cookie."""

from flowent.api.auth import NewSession
from flowent.api.cookies import clear_cookie, session_cookies, set_cookie
from flowent.api.origins import parse_origin

LOCAL = parse_origin("http://127.0.0.1:6873")
PUBLIC = parse_origin("https://flowent.example.org")


def test_a_session_is_set_for_this_port_only_and_out_of_reach_of_scripts() -> None:
    header = set_cookie(LOCAL, NewSession("value", 60))
    assert header == "flowent_session_6873=value; Max-Age=60; Path=/; HttpOnly; SameSite=Strict"


def test_over_https_the_cookie_stays_on_https() -> None:
    assert set_cookie(PUBLIC, NewSession("value", 60)).endswith("; Secure")
    assert clear_cookie(PUBLIC).endswith("; Secure")


def test_a_logout_removes_the_cookie() -> None:
    assert clear_cookie(LOCAL).startswith("flowent_session_6873=; Max-Age=0;")


def test_our_cookie_is_found_among_others() -> None:
    headers = [b"a=1; flowent_session_6873=one;b=2", b"flowent_session_6874=other; flowent_session_6873=two"]
    assert session_cookies(headers, LOCAL) == ["one", "two"]


def test_a_name_that_only_begins_like_ours_is_another() -> None:
    assert session_cookies([b"flowent_session_68730=x; xflowent_session_6873=y; flowent_session_6873"], LOCAL) == []


def test_few_candidates_are_looked_at() -> None:
    header = b"; ".join(b"flowent_session_6873=%d" % number for number in range(50))
    assert session_cookies([header], LOCAL) == ["0", "1", "2"]


def test_the_value_is_not_in_a_representation() -> None:
    assert "value" not in repr(NewSession("value", 60))

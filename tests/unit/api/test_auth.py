"""Logins: tokens, links, sessions and the password."""

import asyncio
from collections.abc import Callable

import pytest

from flowent.api.attempts import Attempts
from flowent.api.auth import (
    Logins,
    NewSession,
    Principal,
    TooManyAttemptsError,
    WrongCredentialsError,
    hash_password,
)
from flowent.engine.ports import Clock
from flowent.store.base import SessionStore

HOME = "127.0.0.1"


async def principal_of(logins: Logins, session: NewSession) -> Principal:
    found = await logins.browser(session.cookie)
    assert found is not None
    return found


def test_the_bearer_token_is_a_program(logins: Logins, token: str) -> None:
    assert logins.bearer(token, HOME) == Principal("program")


@pytest.mark.parametrize("wrong", ["", "x", "\ud800", "ä"])
def test_another_token_is_refused(logins: Logins, wrong: str) -> None:
    with pytest.raises(WrongCredentialsError):
        logins.bearer(wrong, HOME)


async def test_an_empty_token_is_never_taken(clock: Clock, sessions: SessionStore) -> None:
    async def no_password() -> str | None:
        return None

    with pytest.raises(ValueError, match="empty"):
        Logins(sessions=sessions, clock=clock, attempts=Attempts(clock), token="", password_hash=no_password)


def test_failing_on_purpose_does_not_lock_a_strong_token_out(logins: Logins, token: str) -> None:
    for _ in range(50):
        with pytest.raises((WrongCredentialsError, TooManyAttemptsError)):
            logins.bearer("guess", HOME)
    assert logins.bearer(token, HOME) == Principal("program")


async def test_a_token_that_can_be_guessed_waits_like_a_password(clock: Clock, sessions: SessionStore) -> None:
    async def no_password() -> str | None:
        return None

    logins = Logins(sessions=sessions, clock=clock, attempts=Attempts(clock), token="short", password_hash=no_password)
    for _ in range(10):
        with pytest.raises(WrongCredentialsError):
            logins.bearer("guess", HOME)
    with pytest.raises(TooManyAttemptsError) as refused:
        logins.bearer("short", HOME)
    assert refused.value.retry_after > 0


async def test_a_link_logs_in_once(logins: Logins) -> None:
    link = logins.new_link()
    session = await logins.login_by_link(link.token, HOME)
    assert (await principal_of(logins, session)).kind == "browser"
    with pytest.raises(WrongCredentialsError):
        await logins.login_by_link(link.token, HOME)


async def test_a_link_works_for_ten_minutes(logins: Logins, advance: Callable[[float], None]) -> None:
    early, late = logins.new_link(), logins.new_link()
    advance(599)
    await logins.login_by_link(early.token, HOME)
    advance(1)
    with pytest.raises(WrongCredentialsError):
        await logins.login_by_link(late.token, HOME)


async def test_of_too_many_links_the_oldest_stops_working(logins: Logins) -> None:
    first = logins.new_link()
    second = logins.new_link()
    for _ in range(99):
        logins.new_link()
    with pytest.raises(WrongCredentialsError):
        await logins.login_by_link(first.token, HOME)
    await logins.login_by_link(second.token, HOME)


async def test_a_link_in_a_body_logs_in_too(logins: Logins) -> None:
    session = await logins.login_by_token(logins.new_link().token, HOME)
    assert await logins.browser(session.cookie) is not None


async def test_two_requests_with_one_link_give_one_session(logins: Logins) -> None:
    link = logins.new_link()
    answers = await asyncio.gather(*(logins.login_by_link(link.token, HOME) for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(answer, NewSession) for answer in answers) == 1


async def test_a_session_ends_after_thirty_days(logins: Logins, token: str, advance: Callable[[float], None]) -> None:
    session = await logins.login_by_token(token, HOME)
    assert session.seconds == 30 * 24 * 3600
    advance(session.seconds - 1)
    assert await logins.browser(session.cookie) is not None
    advance(6)
    assert await logins.browser(session.cookie) is None


async def test_only_a_hash_of_the_cookie_is_stored(clock: Clock, password: list[str | None], token: str) -> None:
    stored: list[str] = []

    class Recording:
        async def add_session(self, token_sha256: str, *, at: int, expires_at: int) -> None:
            stored.append(token_sha256)

        async def session_valid(self, token_sha256: str, *, at: int) -> bool:
            return token_sha256 in stored

        async def delete_session(self, token_sha256: str) -> None:
            stored.remove(token_sha256)

    async def no_password() -> str | None:
        return None

    logins = Logins(sessions=Recording(), clock=clock, attempts=Attempts(clock), token=token, password_hash=no_password)
    session = await logins.login_by_token(token, HOME)
    assert len(stored[0]) == 64
    assert session.cookie not in stored[0]


async def test_logging_out_ends_that_session_alone(logins: Logins, token: str) -> None:
    one = await logins.login_by_token(token, HOME)
    other = await logins.login_by_token(token, HOME)
    await logins.logout(await principal_of(logins, one))
    assert await logins.browser(one.cookie) is None
    assert await logins.browser(other.cookie) is not None


async def test_a_logout_is_told_to_whoever_keeps_streams(logins: Logins, token: str) -> None:
    ended: list[str] = []
    logins.on_session_end(ended.append)
    principal = await principal_of(logins, await logins.login_by_token(token, HOME))
    await logins.logout(principal)
    assert ended == [principal.session]


async def test_a_program_has_no_session_to_end(logins: Logins) -> None:
    ended: list[str] = []
    logins.on_session_end(ended.append)
    await logins.logout(Principal("program"))
    assert ended == []


async def test_a_logout_while_the_database_is_asked_is_not_overlooked(clock: Clock, token: str) -> None:
    asked, answer = asyncio.Event(), asyncio.Event()
    valid: set[str] = set()

    class Slow:
        async def add_session(self, token_sha256: str, *, at: int, expires_at: int) -> None:
            valid.add(token_sha256)

        async def session_valid(self, token_sha256: str, *, at: int) -> bool:
            known = token_sha256 in valid
            asked.set()
            await answer.wait()
            return known

        async def delete_session(self, token_sha256: str) -> None:
            valid.discard(token_sha256)

    async def no_password() -> str | None:
        return None

    logins = Logins(sessions=Slow(), clock=clock, attempts=Attempts(clock), token=token, password_hash=no_password)
    session = await logins.login_by_token(token, HOME)
    question = asyncio.create_task(logins.browser(session.cookie))
    await asked.wait()
    (name,) = valid
    await logins.logout(Principal("browser", name))
    answer.set()
    await question
    assert await logins.browser(session.cookie) is None


async def test_an_absurdly_long_cookie_is_not_looked_up(logins: Logins) -> None:
    assert await logins.browser("x" * 5000) is None


async def test_the_password_logs_in(logins: Logins, password: list[str | None]) -> None:
    password[0] = hash_password("correct horse")
    session = await logins.login_by_password("correct horse", HOME)
    assert await logins.browser(session.cookie) is not None


@pytest.mark.parametrize("stored", [None, "", "not a hash"])
async def test_without_a_stored_password_none_is_right(
    logins: Logins, password: list[str | None], stored: str | None
) -> None:
    password[0] = stored
    for guess in ("", "not a hash"):
        with pytest.raises(WrongCredentialsError):
            await logins.login_by_password(guess, HOME)


async def test_guessed_passwords_are_slowed_down(
    logins: Logins, password: list[str | None], advance: Callable[[float], None]
) -> None:
    password[0] = None
    for _ in range(10):
        with pytest.raises(WrongCredentialsError):
            await logins.login_by_password("guess", HOME)
    password[0] = hash_password("right")
    with pytest.raises(TooManyAttemptsError) as refused:
        await logins.login_by_password("right", HOME)
    advance(refused.value.retry_after)
    assert await logins.login_by_password("right", HOME)


async def test_guessed_links_are_slowed_down_but_a_right_one_still_works(logins: Logins) -> None:
    link = logins.new_link()
    for _ in range(10):
        with pytest.raises(WrongCredentialsError):
            await logins.login_by_link("guess", HOME)
    with pytest.raises(TooManyAttemptsError):
        await logins.login_by_link("guess", HOME)
    assert await logins.login_by_link(link.token, HOME)


async def test_secrets_are_not_in_representations(logins: Logins) -> None:
    link = logins.new_link()
    session = await logins.login_by_link(link.token, HOME)
    assert link.token not in repr(link)
    assert session.cookie not in repr(session)

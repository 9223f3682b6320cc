"""Counting failed logins."""

from collections.abc import Callable

import pytest

from flowent.api.attempts import Allowance, Attempts
from flowent.engine.ports import Clock


@pytest.fixture
def attempts(clock: Clock) -> Attempts:
    return Attempts(clock, per_client=Allowance(3, 30.0), overall=Allowance(5, 50.0))


def test_a_client_that_never_failed_does_not_wait(attempts: Attempts) -> None:
    assert attempts.wait("10.0.0.1") == 0


def test_a_client_waits_after_its_allowance(attempts: Attempts) -> None:
    for _ in range(3):
        assert attempts.wait("10.0.0.1") == 0
        attempts.failed("10.0.0.1")
    assert attempts.wait("10.0.0.1") == 10


def test_another_client_is_not_held_up(attempts: Attempts) -> None:
    for _ in range(3):
        attempts.failed("10.0.0.1")
    assert attempts.wait("10.0.0.2") == 0


def test_many_clients_together_are_held_up(attempts: Attempts) -> None:
    for number in range(5):
        attempts.failed(f"10.0.0.{number}")
    assert attempts.wait("10.0.0.99") == 10


def test_waiting_gives_one_try_back(attempts: Attempts, advance: Callable[[float], None]) -> None:
    for _ in range(3):
        attempts.failed("10.0.0.1")
    advance(9.5)
    assert attempts.wait("10.0.0.1") == 1
    advance(0.5)
    assert attempts.wait("10.0.0.1") == 0
    attempts.failed("10.0.0.1")
    assert attempts.wait("10.0.0.1") == 10


def test_an_allowance_never_grows_beyond_itself(attempts: Attempts, advance: Callable[[float], None]) -> None:
    attempts.failed("10.0.0.1")
    advance(10_000)
    for _ in range(3):
        attempts.failed("10.0.0.1")
    assert attempts.wait("10.0.0.1") > 0


@pytest.mark.parametrize(
    ("one", "other"),
    [("2001:db8::1", "2001:db8::ffff:2"), ("::ffff:10.0.0.1", "::ffff:10.0.0.1"), ("unknown", "unknown")],
)
def test_whoever_can_choose_its_address_is_one_client(attempts: Attempts, one: str, other: str) -> None:
    for _ in range(3):
        attempts.failed(one)
    assert attempts.wait(other) > 0


@pytest.mark.parametrize(("one", "other"), [("2001:db8::1", "2001:db8:0:1::1"), ("::ffff:10.0.0.1", "::ffff:10.0.0.2")])
def test_different_networks_are_different_clients(attempts: Attempts, one: str, other: str) -> None:
    for _ in range(3):
        attempts.failed(one)
    assert attempts.wait(other) == 0


def test_what_is_remembered_is_bounded(clock: Clock) -> None:
    attempts = Attempts(clock, per_client=Allowance(1, 60.0), overall=Allowance(10**9, 1.0))
    attempts.failed("10.0.0.1")
    for number in range(5000):
        attempts.failed(f"client {number}")
    assert attempts.wait("10.0.0.1") == 0
    assert attempts.wait("client 4999") > 0

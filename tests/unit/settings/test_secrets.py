"""Sealing: what is sealed comes back, and nothing else passes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowent.settings.errors import KeyMissingError, KeySourceError, SecretDamagedError, SecretsError
from flowent.settings.secrets import KEY_SIZE, LockedSecrets, SecretBox, SecretKey, new_key, parse_keys

keys = st.binary(min_size=KEY_SIZE, max_size=KEY_SIZE).map(SecretKey)
rows = st.text(max_size=60)
OVERHEAD = 3 + 8 + 12 + 16


def box(*materials: bytes) -> SecretBox:
    return SecretBox([SecretKey(material) for material in materials], "the key file")


OLD = b"o" * KEY_SIZE
NEW = b"n" * KEY_SIZE


@given(key=keys, plain=st.binary(max_size=2_000), row=rows)
def test_what_is_sealed_comes_back(key: SecretKey, plain: bytes, row: str) -> None:
    secrets = SecretBox([key], "x")
    assert secrets.open(secrets.seal(plain, row), row) == plain


@given(key=keys, plain=st.binary(max_size=200), row=rows, data=st.data())
def test_any_changed_bit_is_noticed(key: SecretKey, plain: bytes, row: str, data: st.DataObject) -> None:
    secrets = SecretBox([key], "x")
    envelope = bytearray(secrets.seal(plain, row))
    bit = data.draw(st.integers(0, len(envelope) * 8 - 1))
    envelope[bit // 8] ^= 1 << (bit % 8)
    with pytest.raises(SecretsError):
        secrets.open(bytes(envelope), row)


@given(key=keys, plain=st.binary(max_size=200), row=rows, data=st.data())
def test_a_cut_envelope_is_refused(key: SecretKey, plain: bytes, row: str, data: st.DataObject) -> None:
    secrets = SecretBox([key], "x")
    envelope = secrets.seal(plain, row)
    with pytest.raises(SecretDamagedError):
        secrets.open(envelope[: data.draw(st.integers(0, len(envelope) - 1))], row)


@given(key=keys, plain=st.binary(max_size=200), row=rows, other=rows)
def test_an_envelope_opens_only_in_its_row(key: SecretKey, plain: bytes, row: str, other: str) -> None:
    secrets = SecretBox([key], "x")
    envelope = secrets.seal(plain, row)
    if row != other:
        with pytest.raises(SecretDamagedError):
            secrets.open(envelope, other)


def test_the_same_secret_is_never_sealed_alike() -> None:
    secrets = box(OLD)
    first, second = secrets.seal(b"secret", "row"), secrets.seal(b"secret", "row")
    assert first != second
    assert len(first) == len(b"secret") + OVERHEAD


def test_the_first_key_seals_and_all_open() -> None:
    old, both, new = box(OLD), box(NEW, OLD), box(NEW)
    envelope = old.seal(b"secret", "row")
    assert both.open(envelope, "row") == b"secret"
    assert not both.sealed_with_first(envelope)
    resealed = both.seal(both.open(envelope, "row"), "row")
    assert both.sealed_with_first(resealed)
    assert new.open(resealed, "row") == b"secret"


def test_a_wrong_key_is_named_with_its_remedy() -> None:
    envelope = box(OLD).seal(b"secret", "the key of provider main")
    with pytest.raises(KeyMissingError) as caught:
        box(NEW).open(envelope, "the key of provider main")
    assert "the key of provider main" in caught.value.message
    assert "Put the earlier key back into the key file" in caught.value.remedy


def test_an_envelope_of_another_version_is_refused() -> None:
    secrets = box(OLD)
    envelope = bytearray(secrets.seal(b"secret", "row"))
    envelope[2] = 2
    with pytest.raises(SecretDamagedError, match="newer"):
        secrets.open(bytes(envelope), "row")


def test_neither_key_nor_box_shows_the_key() -> None:
    text = new_key()
    (key,) = parse_keys(text, "x")
    shown = f"{key!r} {SecretBox([key], 'the key file')!r}"
    assert repr(key.material) not in shown
    assert text not in shown


@given(st.lists(st.binary(min_size=KEY_SIZE, max_size=KEY_SIZE), min_size=1, max_size=4))
def test_keys_are_read_in_order(materials: list[bytes]) -> None:
    text = "# mine\n" + ",\n ".join(base64_text(material) for material in materials)
    assert [key.material for key in parse_keys(text, "x")] == materials


def test_both_alphabets_of_base64_are_taken() -> None:
    material = b"\xfb\xff" * 16
    assert parse_keys(base64_text(material).replace("+", "-").replace("/", "_"), "x")[0].material == material


@pytest.mark.parametrize("text", ["", " \n# only a comment\n"])
def test_no_key_is_said_so(text: str) -> None:
    with pytest.raises(KeySourceError, match="the key file holds no key") as caught:
        parse_keys(text, "the key file")
    assert "openssl rand -base64 32" in caught.value.remedy


@pytest.mark.parametrize("word", ["not-a-key-but-a-password", "AAAA", "é" * 44])
def test_a_bad_key_is_named_by_number_and_not_quoted(word: str) -> None:
    with pytest.raises(KeySourceError, match="Key 2 in the key file") as caught:
        parse_keys(f"{new_key()} {word}", "the key file")
    assert word not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_key_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        SecretKey(b"short")


def test_locked_secrets_say_why_at_every_use() -> None:
    locked = LockedSecrets(KeySourceError("There is no key file.", "Put it back."))
    for use in (
        lambda: locked.seal(b"", "row"),
        lambda: locked.open(b"", "row"),
        lambda: locked.sealed_with_first(b""),
    ):
        with pytest.raises(KeySourceError) as caught:
            use()
        assert (caught.value.message, caught.value.remedy) == ("There is no key file.", "Put it back.")


def base64_text(material: bytes) -> str:
    import base64

    return base64.b64encode(material).decode()

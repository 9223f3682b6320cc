"""Where the key that seals secrets comes from: a file, a variable, a systemd credential, or the system's keyring.

A new key is made only where nothing was sealed yet (``create``); else a key that cannot be found would be replaced
in silence, and every stored secret would seem lost. Only the file and the keyring can be given a new key by Flowent.

All functions block (files, the keyring's D-Bus): call them before the event loop runs, or in a thread.
"""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flowent.settings.errors import KeySourceError, SecretsError
from flowent.settings.secrets import MAKE_A_KEY, LockedSecrets, SecretBox, SecretKey, Secrets, new_key, parse_keys

KEY_VARIABLE = "FLOWENT_SECRET_KEY"
"""The environment variable that may hold the keys."""

CREDENTIAL_NAME = "flowent-key"
"""The name of the systemd credential that may hold the keys."""

KEYRING_SERVICE = "flowent"
"""The name under which the system's keyring holds the keys."""

_LARGEST = 64 * 1024


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A file of mode 0600 outside the database's directory: a copy of that directory alone must not open anything."""

    path: Path
    database_directory: Path

    def __str__(self) -> str:
        return f"the key file {self.path}"


@dataclass(frozen=True, slots=True)
class KeyVariable:
    """An environment variable's value, taken when it was chosen."""

    name: str
    environment: Mapping[str, str]

    def __str__(self) -> str:
        return f"the environment variable {self.name}"

    def __repr__(self) -> str:
        return f"KeyVariable({self.name!r})"


@dataclass(frozen=True, slots=True)
class KeyCredential:
    """A file that systemd gives the service (``LoadCredentialEncrypted=flowent-key:…``, systemd.exec(5))."""

    path: Path

    def __str__(self) -> str:
        return f"the systemd credential {self.path.name}"


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The system's keyring, only where a person asked for it: a machine without a desktop has none."""

    account: str

    def __str__(self) -> str:
        return "the system's keyring"


KeySource = KeyFile | KeyVariable | KeyCredential | KeyRing


def choose_key_source(
    environment: Mapping[str, str], *, key_file: Path, database_directory: Path, keyring_account: str | None = None
) -> KeySource:
    """Pick the source: the variable, else the systemd credential, else the keyring if asked for, else the file.

    ``keyring_account`` is None where the keyring was not asked for; it tells one workspace's keys from another's.
    """
    if environment.get(KEY_VARIABLE, "").strip():
        return KeyVariable(KEY_VARIABLE, environment)
    if directory := environment.get("CREDENTIALS_DIRECTORY"):
        credential = Path(directory, CREDENTIAL_NAME)
        if credential.is_file():
            return KeyCredential(credential)
    if keyring_account is not None:
        return KeyRing(keyring_account)
    return KeyFile(key_file, database_directory)


def load_secrets(source: KeySource, *, create: bool) -> SecretBox:
    """Load the keys, and make the first one where ``create`` says that nothing was sealed yet.

    Raises KeySourceError with the remedy; nothing that is there is ever overwritten.
    """
    match source:
        case KeyFile():
            keys = _from_file(source, create=create)
        case KeyVariable(name=name, environment=environment):
            keys = parse_keys(environment.get(name, ""), str(source))
        case KeyCredential(path=path):
            keys = parse_keys(_read(path, str(source), private=False), str(source))
        case KeyRing():
            keys = _from_keyring(source, create=create)
    return SecretBox(keys, str(source))


def load_secrets_or_lock(source: KeySource, *, create: bool) -> Secrets:
    """Load the keys as `load_secrets` does; where that fails, give what says so whenever a secret is needed."""
    try:
        return load_secrets(source, create=create)
    except SecretsError as error:
        return LockedSecrets(error)


def _from_file(source: KeyFile, *, create: bool) -> tuple[SecretKey, ...]:
    if source.path.resolve().is_relative_to(source.database_directory.resolve()):
        raise KeySourceError(
            f"The key file {source.path} is inside the directory of the database.",
            "Choose a path outside it: whoever copies the database must not get the key with it.",
        )
    if create and not source.path.exists():
        _create_file(source.path)
    return parse_keys(_read(source.path, str(source), private=True), str(source))


def _create_file(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        # Another process was faster; its key is read next.
        return
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"# Flowent's key for stored secrets. Keep it: without it they cannot be read.\n{new_key()}\n")
            file.flush()
            os.fsync(file.fileno())
        _sync_directory(path.parent)
    except OSError as error:
        # Half a key would look like a wrong one at the next start.
        path.unlink(missing_ok=True)
        raise _unwritable(path, error) from None


def _unwritable(path: Path, error: OSError) -> KeySourceError:
    return KeySourceError(
        f"The key file {path} cannot be written: {error.strerror}.",
        f"Make its directory writable, choose another path, or set {KEY_VARIABLE} to what `{MAKE_A_KEY}` prints.",
    )


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path, origin: str, *, private: bool) -> str:
    """Read a small text file; ``private`` refuses one that other users may read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise KeySourceError(f"{path} is not a file.", "Put the key into a file there, or choose another path.")
            if private and found.st_mode & 0o077:
                raise KeySourceError(
                    f"The key file {path} may be read by other users.", f"Run `chmod 600 {path}` and start again."
                )
            return file.read(_LARGEST).decode("ascii")
    except FileNotFoundError:
        raise KeySourceError(
            f"There is no key file {path}, and stored secrets were sealed with the key that it held.",
            "Put the file back (from a backup, for example) and start again. If it is lost, delete the providers that "
            "have a key: a new key is made at the next start, and they can be added again.",
        ) from None
    except OSError as error:
        raise KeySourceError(
            f"{path} cannot be read: {error.strerror}.", "Let the user that runs Flowent read it."
        ) from None
    except UnicodeDecodeError:
        raise KeySourceError(f"{origin} holds no text.", f"Put in a key as `{MAKE_A_KEY}` prints it.") from None


def _from_keyring(source: KeyRing, *, create: bool) -> tuple[SecretKey, ...]:
    try:
        import keyring  # noqa: PLC0415  optional, and it looks for its backends when it is imported
        from keyring.errors import KeyringError, NoKeyringError  # noqa: PLC0415
    except ImportError:
        raise KeySourceError(
            "The package that reaches the system's keyring is not installed.",
            "Install it with `pip install 'flowent[keyring]'`, or do not ask for the keyring.",
        ) from None
    try:
        text = keyring.get_password(KEYRING_SERVICE, source.account)
        if text is None and create:
            keyring.set_password(KEYRING_SERVICE, source.account, new_key())
            text = keyring.get_password(KEYRING_SERVICE, source.account)
    except NoKeyringError:
        raise KeySourceError(
            "This machine has no keyring that could be used; without a desktop session there usually is none.",
            f"Do not ask for the keyring: use the key file, {KEY_VARIABLE}, or a systemd credential {CREDENTIAL_NAME}.",
        ) from None
    except KeyringError as error:
        raise KeySourceError(
            f"The system's keyring refused ({type(error).__name__}).", "Unlock it and start again, or use the key file."
        ) from None
    if text is None:
        raise KeySourceError(
            f"The system's keyring holds no key for {source.account}, and stored secrets were sealed with one.",
            "Put the key back into the keyring. If it is lost, delete the providers that have a key: a new key is "
            "made at the next start, and they can be added again.",
        )
    return parse_keys(text, str(source))

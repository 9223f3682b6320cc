"""Folders that a person allows as work directories.

A work directory is where the agent reads, writes and runs commands, so none may be or contain the home directory
(keys, shell start files) or Flowent's own data, nor lie within that data. Blocks: call it in a thread.
"""

from collections.abc import Sequence
from pathlib import Path

from flowent.settings.errors import InvalidInputError

MOST_FOLDERS = 100


def check_folders(folders: Sequence[str], *, home: Path, private: Sequence[Path]) -> tuple[str, ...]:
    """Give the folders with their symbolic links resolved, each once; raises InvalidInputError for the first bad one.

    ``private`` are Flowent's own directories and files: data, keys.
    """
    if len(folders) > MOST_FOLDERS:
        raise InvalidInputError(
            "folders", f"There can be at most {MOST_FOLDERS} folders.", "Add a folder that contains several of them."
        )
    found = [_check(f"folders.{number}", folder, home, private) for number, folder in enumerate(folders)]
    return tuple(dict.fromkeys(found))


def _check(field: str, folder: str, home: Path, private: Sequence[Path]) -> str:
    path = Path(folder)
    if not path.is_absolute():
        raise InvalidInputError(
            field, f"The folder {folder!r} is not a whole path.", f"Write it from the root, as in {home / 'project'}."
        )
    try:
        resolved = path.resolve(strict=True)
        is_directory = resolved.is_dir()
    except (OSError, ValueError, RuntimeError):
        # ValueError: a null character; RuntimeError: links that lead in a circle.
        raise InvalidInputError(
            field, f"The folder {folder!r} cannot be reached.", "Create it, or correct the path."
        ) from None
    if not is_directory:
        raise InvalidInputError(field, f"{folder!r} is a file.", "Give the folder that contains it.")
    if home.resolve().is_relative_to(resolved):
        raise InvalidInputError(
            field,
            f"The folder {folder!r} is or contains the home directory, with its keys and start files.",
            "Give a folder within it.",
        )
    for own in private:
        if own.resolve().is_relative_to(resolved) or resolved.is_relative_to(own.resolve()):
            raise InvalidInputError(
                field, f"The folder {folder!r} reaches Flowent's own files.", "Give a folder apart from them."
            )
    return str(resolved)

"""Attacks on the work directory's border, on both ways to descend."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from flowent.tools.base import ToolError
from flowent.tools.beneath import Beneath, Denied, Wanted
from flowent.tools.descent import DirectoryOpener, Root, walk

from .fakes import NOTHING_DENIED, Swapper, open_descriptors


def read(beneath: Beneath, workdir: Path, path: str) -> str:
    with beneath.open(workdir, path, "file") as file:
        return os.read(file.descriptor, 100).decode()


def refusal(beneath: Beneath, workdir: Path, path: str, wanted: Wanted = "any") -> str:
    with pytest.raises(ToolError) as caught, beneath.open(workdir, path, wanted):
        pass
    return str(caught.value)


@pytest.mark.parametrize(
    "path",
    [
        "a/b/file.txt",
        "./a//b/./file.txt",
        "a/../a/b/file.txt",
        "link.txt",
        "directory_link/file.txt",
        "a/up/b/file.txt",
        "absolute_link.txt",
        "absolute_directory/file.txt",
        "absolute_directory/../b/file.txt",
        "chain0",
        "self/self/self/a/b/file.txt",
        "strange\nname.txt",
    ],
)
def test_what_stays_beneath_is_read(beneath: Beneath, workdir: Path, path: str) -> None:
    inner = workdir / "a" / "b"
    inner.mkdir(parents=True)
    (inner / "file.txt").write_text("inside")
    (workdir / "strange\nname.txt").write_text("inside")
    (workdir / "link.txt").symlink_to("a/b/file.txt")
    (workdir / "directory_link").symlink_to("a/b")
    (workdir / "a" / "up").symlink_to("../a")
    (workdir / "absolute_link.txt").symlink_to(inner / "file.txt")
    (workdir / "absolute_directory").symlink_to(inner)
    (workdir / "self").symlink_to(".")
    for number in range(10):
        (workdir / f"chain{number}").symlink_to(f"chain{number + 1}")
    (workdir / "chain10").symlink_to("directory_link/file.txt")

    assert read(beneath, workdir, path) == "inside"


@pytest.mark.parametrize(
    "path",
    [
        "..",
        "../secret.txt",
        "a/../../secret.txt",
        "a/../../work/../secret.txt",
        "../work/a/../../secret.txt",
        "link.txt",
        "directory_link/file.txt",
        "deep_link/file.txt",
        "absolute_link.txt",
        "absolute_directory/file.txt",
        "chain0",
        "parent/secret.txt",
        "root/etc/passwd",
        "self_root/etc/passwd",
        "self_cwd",
        "sneaky",
    ],
)
def test_what_leads_outside_is_refused(beneath: Beneath, workdir: Path, path: str) -> None:
    outside = workdir.parent / "outside"
    (workdir / "a").mkdir()
    (workdir / "link.txt").symlink_to("../secret.txt")
    (workdir / "directory_link").symlink_to("../outside")
    (workdir / "deep_link").symlink_to("a/../../outside")
    (workdir / "absolute_link.txt").symlink_to(outside / "file.txt")
    (workdir / "absolute_directory").symlink_to(outside)
    (workdir / "parent").symlink_to("..")
    (workdir / "root").symlink_to("/")
    (workdir / "self_root").symlink_to("/proc/self/root")
    (workdir / "self_cwd").symlink_to("/proc/self/cwd")
    (workdir / "sneaky").symlink_to(f"{workdir}/../secret.txt")
    for number in range(10):
        (workdir / f"chain{number}").symlink_to(f"chain{number + 1}")
    (workdir / "chain10").symlink_to("parent/secret.txt")

    assert "outside the work directory" in refusal(beneath, workdir, path)


def test_an_absolute_path_inside_is_made_relative(beneath: Beneath, workdir: Path) -> None:
    (workdir / "file.txt").write_text("inside")

    with beneath.open(workdir, str(workdir / "file.txt"), "file") as file:
        assert file.path == "file.txt"


def test_an_absolute_path_by_the_real_name_is_made_relative(beneath: Beneath, workdir: Path) -> None:
    (workdir / "file.txt").write_text("inside")
    alias = workdir.parent / "alias"
    alias.symlink_to(workdir)

    assert read(beneath, alias, str(workdir / "file.txt")) == "inside"
    assert read(beneath, alias, str(alias / "file.txt")) == "inside"


@pytest.mark.parametrize("path", ["/etc/passwd", "{workdir}/../secret.txt", "{workdir}x/file.txt", "//etc/passwd"])
def test_an_absolute_path_outside_is_refused(beneath: Beneath, workdir: Path, path: str) -> None:
    beside = workdir.with_name("workx")
    beside.mkdir()
    (beside / "file.txt").write_text("secret")

    assert "outside the work directory" in refusal(beneath, workdir, path.format(workdir=workdir))


@pytest.mark.skipif(not Path("/proc/self/root").exists(), reason="no magic links without /proc")
@pytest.mark.parametrize("path", ["root/etc/passwd", "cwd/secret", "task/../root/etc/passwd"])
def test_magic_links_are_not_followed(beneath: Beneath, path: str) -> None:
    refusal(beneath, Path("/proc/self"), path)


def test_links_in_a_circle_are_refused(beneath: Beneath, workdir: Path) -> None:
    (workdir / "one").symlink_to("two")
    (workdir / "two").symlink_to("one")

    assert "circles" in refusal(beneath, workdir, "one")
    assert "circles" in refusal(beneath, workdir, "one/file.txt")


def test_a_path_of_thousands_of_directories_is_refused(beneath: Beneath, workdir: Path) -> None:
    (workdir / "self").symlink_to(".")

    refusal(beneath, workdir, "self/" * 3_000 + "file.txt")


@contextmanager
def fifo(path: Path) -> Generator[None]:
    os.mkfifo(path)
    yield


@contextmanager
def listening(path: Path) -> Generator[None]:
    here = os.open(".", os.O_RDONLY)
    try:
        # A socket's whole path must be short.
        os.chdir(path.parent)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path.name)
            yield
    finally:
        os.fchdir(here)
        os.close(here)


@pytest.mark.parametrize(("make", "words"), [(fifo, "a named pipe"), (listening, "a socket")])
def test_what_is_no_file_is_refused_unopened(
    beneath: Beneath, workdir: Path, make: Callable[[Path], AbstractContextManager[None]], words: str
) -> None:
    (workdir / "link").symlink_to("special")
    with make(workdir / "special"):
        assert words in refusal(beneath, workdir, "special")
        assert words in refusal(beneath, workdir, "link")


def test_a_device_is_refused_unopened(beneath: Beneath) -> None:
    assert "a character device" in refusal(beneath, Path("/dev"), "zero")


def test_a_link_to_a_device_is_refused(beneath: Beneath, workdir: Path) -> None:
    (workdir / "zero").symlink_to("/dev/zero")

    assert "outside the work directory" in refusal(beneath, workdir, "zero")


@pytest.mark.parametrize(
    ("path", "wanted", "words"),
    [
        ("directory", "file", '"directory" is a directory; use list_dir'),
        (".", "file", "is a directory"),
        ("file.txt", "directory", '"file.txt" is a file; use read_file'),
        ("file.txt/", "any", "a part of its path is a file"),
        ("file.txt/more", "any", "a part of its path is a file"),
        ("nul\0.txt", "any", "NUL"),
        ("\ud800.txt", "any", "surrogate"),
        ("x" * 300, "any", "cannot be opened"),
        ("dangling", "any", '"dangling" is a symbolic link that leads nowhere'),
    ],
)
def test_what_cannot_be_opened_says_why(beneath: Beneath, workdir: Path, path: str, wanted: Wanted, words: str) -> None:
    (workdir / "directory").mkdir()
    (workdir / "file.txt").write_text("inside")
    (workdir / "dangling").symlink_to("nowhere")

    assert words in refusal(beneath, workdir, path, wanted)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("READMEE.md", 'There is no "READMEE.md" in the work directory. Near names: "README.md".'),
        ("readme.md", 'There is no "readme.md" in the work directory. Near names: "README.md".'),
        ("zzzz", 'There is no "zzzz" in the work directory.'),
        ("scr/main.py", 'There is no "scr" in the work directory. Near names: "src".'),
        (
            "src/mian.py",
            '"src/mian.py" does not exist. There is no "mian.py" in "src". Near names: "src/main.py".',
        ),
    ],
)
def test_a_missing_file_suggests_near_names(beneath: Beneath, workdir: Path, path: str, message: str) -> None:
    (workdir / "README.md").touch()
    (workdir / "src").mkdir()
    (workdir / "src" / "main.py").touch()

    assert refusal(beneath, workdir, path) == message


def test_a_missing_work_directory_says_so(beneath: Beneath, workdir: Path) -> None:
    assert "work directory" in refusal(beneath, workdir / "gone", "file.txt")


@pytest.mark.parametrize(
    "path",
    ["data", "data/key", "data/inner/file", "link/key", "a/../data/key", "link/inner/../key", "data/missing"],
)
def test_own_data_is_refused_under_every_name(descent: DirectoryOpener, workdir: Path, path: str) -> None:
    inner = workdir / "data" / "inner"
    inner.mkdir(parents=True)
    (workdir / "data" / "key").write_text("secret")
    (inner / "file").write_text("secret")
    (workdir / "a").mkdir()
    (workdir / "link").symlink_to("data")
    beneath = Beneath(Denied.of([workdir / "data"]), descent)

    assert "Flowent's own data" in refusal(beneath, workdir, path)


def test_own_data_is_refused_after_it_was_renamed(descent: DirectoryOpener, workdir: Path) -> None:
    (workdir / "data").mkdir()
    (workdir / "data" / "key").write_text("secret")
    beneath = Beneath(Denied.of([workdir / "data"]), descent)
    (workdir / "data").rename(workdir / "harmless")

    assert "Flowent's own data" in refusal(beneath, workdir, "harmless/key")


@pytest.mark.parametrize("below", [".", "inner", "inner/deep"])
def test_a_work_directory_in_own_data_is_refused(descent: DirectoryOpener, workdir: Path, below: str) -> None:
    beneath = Beneath(Denied.of([workdir]), descent)
    (workdir / "inner" / "deep").mkdir(parents=True)

    assert "Flowent's own data" in refusal(beneath, workdir / below, ".")


def test_what_lies_beside_own_data_is_read(descent: DirectoryOpener, workdir: Path) -> None:
    (workdir / "data").mkdir()
    (workdir / "file.txt").write_text("inside")
    beneath = Beneath(Denied.of([workdir / "data"]), descent)

    assert read(beneath, workdir, "data/../file.txt") == "inside"


def test_denied_directories_must_exist(workdir: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Denied.of([workdir / "data"])


@pytest.mark.parametrize("path", ["key", "link", "hard_link", "sub/../key"])
def test_a_denied_file_is_refused_under_every_name(descent: DirectoryOpener, workdir: Path, path: str) -> None:
    beneath = Beneath(Denied.of([], [workdir / "gone", workdir / "key"]), descent)
    (workdir / "sub").mkdir()
    (workdir / "key").write_text("secret")
    (workdir / "link").symlink_to("key")
    (workdir / "hard_link").hardlink_to(workdir / "key")
    (workdir / "file.txt").write_text("inside")

    assert "Flowent's own data" in refusal(beneath, workdir, path)
    assert read(beneath, workdir, "file.txt") == "inside"


_MOUNTED = """
import ctypes, os, sys
from pathlib import Path
from flowent.tools.base import ToolError
from flowent.tools.beneath import Beneath, Denied
from flowent.tools.descent import best_descent, walk

libc = ctypes.CDLL(None, use_errno=True)
data, work = Path(sys.argv[1]), Path(sys.argv[2])
denied = Denied.of([data])
for source, name in ((data, "whole"), (data / "inner", "part")):
    (work / name).mkdir()
    if libc.mount(os.fsencode(source), os.fsencode(work / name), None, 4096, None):
        raise OSError(ctypes.get_errno(), "mount")
for descent in (best_descent(), walk):
    for path in ("whole", "whole/key", "whole/inner/file", "part", "part/file"):
        try:
            with Beneath(denied, descent).open(work, path, "any"):
                print("opened", path)
        except ToolError as error:
            print("refused" if "own data" in str(error) else error)
"""


@pytest.mark.skipif(
    shutil.which("unshare") is None or subprocess.run(["unshare", "-Urm", "true"], check=False).returncode != 0,
    reason="bind mounts need user namespaces",
)
def test_own_data_is_refused_through_a_bind_mount(workdir: Path) -> None:
    inner = workdir.parent / "data" / "inner"
    inner.mkdir(parents=True)
    (inner / "file").write_text("secret")
    (inner.parent / "key").write_text("secret")

    done = subprocess.run(
        ["unshare", "-Urm", sys.executable, "-c", _MOUNTED, inner.parent, workdir],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
    )

    assert done.stdout.split() == ["refused"] * 10


@pytest.mark.parametrize(("swapped", "target"), [("a", "../outside"), ("a/file.txt", "../../outside/file.txt")])
def test_a_name_swapped_during_the_walk_never_leads_outside(
    beneath: Beneath, workdir: Path, swapped: str, target: str
) -> None:
    (workdir / "a").mkdir()
    (workdir / "a" / "file.txt").write_text("inside")
    opened = refused = 0
    with Swapper(workdir / swapped, target):
        while opened < 50 or refused < 50:
            try:
                assert read(beneath, workdir, "a/file.txt") == "inside"
                opened += 1
            except ToolError as error:
                refused += "outside" in str(error)


def test_a_directory_moved_out_after_it_was_opened_is_refused(descent: DirectoryOpener, workdir: Path) -> None:
    (workdir / "a").mkdir()
    (workdir / "a" / "file.txt").touch()

    def moved_meanwhile(root: Root, path: str) -> int:
        descriptor = descent(root, path)
        (workdir / "a").rename(workdir.parent / "moved")
        return descriptor

    assert "outside the work directory" in refusal(Beneath(NOTHING_DENIED, moved_meanwhile), workdir, "a/file.txt")


@pytest.mark.parametrize("becomes", ["link", "pipe"])
def test_a_file_that_becomes_something_else_before_it_is_opened_is_refused(
    beneath: Beneath, workdir: Path, monkeypatch: pytest.MonkeyPatch, becomes: str
) -> None:
    (workdir / "file.txt").write_text("inside")

    def change(*_: object) -> None:
        (workdir / "file.txt").unlink()
        if becomes == "link":
            (workdir / "file.txt").symlink_to("../secret.txt")
        else:
            os.mkfifo(workdir / "file.txt")

    # The last thing that happens before the file is opened.
    monkeypatch.setattr("flowent.tools.beneath._expect", change)

    assert refusal(beneath, workdir, "file.txt", "file")


def wait_for_descriptors(count: int) -> None:
    while open_descriptors() > count:
        pass


async def test_what_a_cancelled_opening_still_opens_is_closed(workdir: Path) -> None:
    (workdir / "file.txt").touch()
    entered, go_on = threading.Event(), threading.Event()

    def slow(root: Root, path: str) -> int:
        entered.set()
        go_on.wait()
        return walk(root, path)

    async def opening() -> None:
        async with Beneath(NOTHING_DENIED, slow).open_in_thread(workdir, "file.txt", "file"):
            pytest.fail("it was cancelled before")

    before = open_descriptors()
    task = asyncio.create_task(opening())
    await asyncio.to_thread(entered.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert open_descriptors() > before
    go_on.set()
    await asyncio.to_thread(wait_for_descriptors, before)

"""The checks that read the code: each is a test, so that one command tells everything."""

import subprocess
import sys
from pathlib import Path

import pytest

CHECKS = {
    "lint": ("ruff", "check", "--no-fix", "."),
    "format": ("ruff", "format", "--check", "."),
    "types": ("basedpyright",),
    "imports": ("lint-imports", "--no-cache"),
    "documents": ("python", "scripts/generate.py", "--check"),
}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("check", CHECKS)
def test_the_code_passes(check: str, root: Path) -> None:
    program, *arguments = CHECKS[check]
    done = subprocess.run(
        [Path(sys.executable).with_name(program), *arguments],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout

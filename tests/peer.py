"""Real programs of other makers that tests talk to."""

from __future__ import annotations

import os
import shutil

import pytest


def peer(program: str) -> str:
    """The path of ``program``; without it the test is skipped with its name, and fails in CI."""
    found = shutil.which(program)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(f"{program} is not installed, and CI installs every peer (installers/common.sh)")
        pytest.skip(f"{program} is not installed")
    return found

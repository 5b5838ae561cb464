"""The scan finds what is there, and after locking nothing is."""

from __future__ import annotations

import base64
import contextlib
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.faults.memory_scan import RUN, can_scan, new_secret, scan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HOLDER = "import sys; held = sys.stdin.buffer.readline(); print(flush=True); sys.stdin.buffer.read()"
APPLICATION = Path(__file__).with_name("sample_application.py")
FORMS: dict[str, Callable[[str], bytes]] = {
    "UTF-8": lambda text: text.encode(),
    "UTF-16LE": lambda text: text.encode("utf-16-le"),
    "UTF-32LE": lambda text: text.encode("utf-32-le"),
    "hex": lambda text: text.encode().hex().encode(),
    "base64": lambda text: base64.b64encode(b"?" + text.encode()),
}


@contextlib.contextmanager
def holder(data: bytes) -> Iterator[int]:
    """A process that holds ``data`` and does nothing."""
    process = subprocess.Popen([sys.executable, "-c", HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(data.replace(b"\n", b"") + b"\n")
        process.stdin.flush()
        process.stdout.readline()
        yield process.pid


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_found_in_every_form(form: str) -> None:
    secret = new_secret()
    with holder(FORMS[form](secret)) as pid:
        hits = scan([pid], [secret])
        assert {each.form for each in hits.found} == {form}
        assert hits.of(0) >= len(secret) // RUN
        assert hits.control == 0


@pytest.mark.parametrize("before", range(4))
def test_a_run_of_six_is_found_wherever_it_lies(before: int) -> None:
    secret = new_secret()
    for data in (secret[:RUN], secret[-RUN:], secret[9 : 9 + RUN]):
        with holder(b"." * before + data.encode() + b".") as pid:
            assert scan([pid], [secret]).of(0) >= 1
        with holder(base64.urlsafe_b64encode(b"\xff" * before + data.encode() + b"\xff")) as pid:
            assert scan([pid], [secret]).of(0) >= 1


def test_what_is_not_there_is_not_found() -> None:
    there, not_there = new_secret(), new_secret()
    with holder(there.encode() + not_there[: RUN - 1].encode()) as pid:
        hits = scan([pid], [not_there, there])
        assert hits.of(0) == 0
        assert hits.of(1) > 0
        assert hits.control == 0
        assert hits.scanned > 1 << 20


def test_a_report_holds_no_secret() -> None:
    secret = new_secret()
    with holder(secret.encode()) as pid:
        hits = scan([pid], [secret])
    assert hits
    assert secret[:RUN] not in repr(hits)


def test_a_secret_too_short_to_be_told_from_chance_is_refused() -> None:
    with pytest.raises(ValueError, match="less than 6"):
        scan([os.getpid()], ["12345"])


def test_after_locking_no_process_holds_the_password_or_a_value(tmp_path: Path) -> None:
    password, value = new_secret(), new_secret()
    process = subprocess.Popen(
        [sys.executable, str(APPLICATION), str(tmp_path / "vault")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(password.encode() + value.encode())
        process.stdin.flush()
        word, engine, length = process.stdout.readline().split()
        assert (word, int(length)) == (b"shown", len(value))
        if not can_scan(int(engine)):
            process.kill()
            pytest.skip("only root may read the memory of a hardened process")
        unlocked = scan([process.pid, int(engine)], [password, value])
        assert unlocked.of(1) > 0, "the scan is blind: a shown value is in memory while it is shown"
        process.stdin.write(b"\n")
        process.stdin.flush()
        assert process.stdout.readline().split() == [b"locked", str(process.pid).encode(), b"idle"]
        locked = scan([process.pid], [password, value])
        assert not locked, locked
        assert locked.control == unlocked.control == 0
        assert not Path(f"/proc/{int(engine)}").exists(), "the engine is still there"
        process.stdin.write(b"\n")

"""A software TPM of its own (swtpm): state in a folder, a UNIX socket, stopped by its process id."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.peer import peer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Swtpm:
    """A running swtpm; ``tcti`` is what TPM2TOOLS_TCTI is to be."""

    def __init__(self, state: Path) -> None:
        self.state = state
        # Beside the state, which may lie too deep for a socket's 107 characters.
        self._place = tempfile.TemporaryDirectory(prefix="kv-tpm-")
        self.socket = Path(self._place.name) / "s"
        self.tcti = f"swtpm:path={self.socket}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it on its state, powered on and started up, and wait until it listens."""
        program = peer("swtpm")
        self.state.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [
                program, "socket", "--tpm2",
                "--tpmstate", f"dir={self.state}",
                "--server", f"type=unixio,path={self.socket}",
                "--ctrl", f"type=unixio,path={self.socket}.ctrl",
                "--flags", "not-need-init,startup-clear",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        while not self._listens():
            try:
                self._process.wait(timeout=0.02)  # it says nothing when it is ready; ending is what it must not do
            except subprocess.TimeoutExpired:
                continue
            pytest.fail("swtpm did not start")

    def _listens(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.socket)) == 0

    def stop(self) -> None:
        """Power off in order. Idempotent."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it in the middle of whatever it does."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Let it hang: it takes commands and answers none."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """End a pause."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def restart(self) -> None:
        """Power off and on: PCRs begin anew, what is sealed stays."""
        self.stop()
        self.start()

    def close(self) -> None:
        """Stop it and remove its socket."""
        self.stop()
        self._place.cleanup()

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.send_signal(signal.SIGCONT)
            self._process.wait(timeout=20)
            self._process = None
        for path in (self.socket, Path(f"{self.socket}.ctrl")):
            path.unlink(missing_ok=True)

    # What an administrator or the firmware does, over a connection of its own.

    def extend(self, pcr: int) -> None:
        """Measure something into a PCR, as another firmware would."""
        with self._esys() as (tss, esys):
            measured = tss.TPMT_HA(hashAlg=tss.TPM2_ALG.SHA256, digest=tss.TPMU_HA(sha256=b"other".ljust(32)))
            digests = tss.TPML_DIGEST_VALUES([measured])
            esys.pcr_extend(tss.ESYS_TR(pcr), digests)

    def clear(self) -> None:
        """Clear the chip: every storage key is gone."""
        with self._esys() as (tss, esys):
            esys.clear(tss.ESYS_TR.PLATFORM)

    def tries(self, most: int, seconds: int) -> None:
        """How many wrong PINs it takes, and how long until one try comes back."""
        with self._esys() as (tss, esys):
            esys.dictionary_attack_parameters(most, seconds, seconds, tss.ESYS_TR.LOCKOUT)

    def forgive(self) -> None:
        """Forget the wrong PINs."""
        with self._esys() as (tss, esys):
            esys.dictionary_attack_lock_reset(tss.ESYS_TR.LOCKOUT)

    @contextmanager
    def _esys(self) -> Iterator[tuple[Any, Any]]:
        import tpm2_pytss  # noqa: PLC0415 collected where it is not installed

        with tpm2_pytss.ESAPI(self.tcti) as esys:
            yield tpm2_pytss, esys

    def persist(self, template: str) -> None:
        """Keep a storage root key at 0x81000001, as an installer does."""
        with self._esys() as (tss, esys):
            bits = tss.TPMA_OBJECT
            attributes = bits.RESTRICTED | bits.DECRYPT | bits.FIXEDTPM | bits.FIXEDPARENT
            attributes |= bits.SENSITIVEDATAORIGIN | bits.USERWITHAUTH | bits.NODA
            area = tss.TPMT_PUBLIC.parse(f"{template}:aes128cfb", objectAttributes=attributes)
            made, *_ = esys.create_primary(None, tss.TPM2B_PUBLIC(publicArea=area))
            with made:
                esys.evict_control(tss.ESYS_TR.OWNER, made, 0x81000001)

    def unpersist(self) -> None:
        """Take it away again."""
        with self._esys() as (tss, esys):
            esys.evict_control(tss.ESYS_TR.OWNER, esys.tr_from_tpmpublic(0x81000001), 0x81000001)

    def loaded(self) -> int:
        """How many keys and sessions are loaded."""
        with self._esys() as (tss, esys):
            found = 0
            for first in (tss.TPM2_HC.TRANSIENT_FIRST, tss.TPM2_HC.LOADED_SESSION_FIRST):
                _, data = esys.get_capability(tss.TPM2_CAP.HANDLES, int(first), 16)
                found += len(data.data.handles)
            return found

    def unsealed_by_tools(self, blob: Mapping[str, str | int], work: Path) -> bytes:
        """What tpm2-tools make of an object without PIN and PCRs, sealed under the persistent key."""
        for name in ("public", "private"):
            (work / name).write_bytes(bytes.fromhex(str(blob[name])))
        item = str(work / "item.ctx")
        self.tool(
            "tpm2_load", "-Q", "-C", "0x81000001", "-u", str(work / "public"), "-r", str(work / "private"), "-c", item
        )
        return self.tool("tpm2_unseal", "-Q", "-c", item)

    def tool(self, program: str, *arguments: str) -> bytes:
        """Run one of tpm2-tools; returns its output."""
        environment = {"TPM2TOOLS_TCTI": self.tcti, "PATH": os.environ["PATH"]}
        done = subprocess.run([peer(program), *arguments], env=environment, capture_output=True, check=True, timeout=60)
        self.flush()  # swtpm has no resource manager that would take away what a program leaves
        return done.stdout

    def flush(self) -> None:
        """Unload every key."""
        with self._esys() as (tss, esys):
            _, data = esys.get_capability(tss.TPM2_CAP.HANDLES, int(tss.TPM2_HC.TRANSIENT_FIRST), 16)
            for handle in list(data.data.handles):
                esys.flush_context(esys.tr_from_tpmpublic(handle))

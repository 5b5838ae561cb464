"""What unlocking through an HSM and a TPM adds to the chip's own time.

``python -m tests.benchmarks.bench_unlock_chips``. Side by side in one run, medians: the whole unlock method in this
process, the bare library calls that it cannot do without (opening and closing included), and the makers' command line
tools as whole processes. SoftHSM2 and swtpm stand for the chips.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kvault_gui.engine.api import AskSecret, Method, NewFactor
from kvault_gui.engine.unlock.pkcs11 import Pkcs11, bound
from kvault_gui.engine.unlock.tpm import Tpm
from kvault_gui.engine.vault.methods import Desk
from tests.engine.unlock.script import ScriptedPrompter
from tests.peers.softhsm import PIN, SoftHsm
from tests.peers.swtpm import Swtpm

if TYPE_CHECKING:
    from collections.abc import Callable

    from kvault_gui.engine.vault.methods import Params

VAULT = "ab" * 16
GOAL = 150.0  # milliseconds that an unlock may add


def timed(work: Callable[[], object], rounds: int) -> float:
    """The median in milliseconds, after one round that is not counted."""
    work()
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def desk(pin: str) -> Desk:
    """Where the PIN is given at once."""
    return Desk(ScriptedPrompter({AskSecret: pin}), VAULT, "Personal", "Benchmark")


def told(name: str, ours: float, bare: float, tool: float) -> None:
    """One line of the table."""
    added = ours - bare
    print(  # noqa: T201 a command's output
        f"{name:<22} kvault {ours:7.2f} ms   library {bare:7.2f} ms   tool {tool:7.2f} ms   "
        f"adds {added:6.2f} ms ({'within' if added < GOAL else 'over'} {GOAL:.0f})   kvault/tool {ours / tool:5.2f}"
    )


def bench_pkcs11(folder: Path, rounds: int, kind: str) -> None:
    """One kind of key on SoftHSM2."""
    hsm = SoftHsm(folder / f"softhsm-{kind}")
    os.environ["SOFTHSM2_CONF"] = str(hsm.configuration)
    hsm.new_token("bench")
    params = Pkcs11().enrol(NewFactor(Method.PKCS11, file=hsm.module, make=True, key=kind), desk(PIN)).params
    sent = folder / "sent"
    sent.write_bytes(bytes.fromhex(str(params["sent"])))
    ours = timed(lambda: Pkcs11().unlock(params, desk(PIN)), rounds)
    bare = timed(lambda: bare_pkcs11(hsm, params), rounds)
    told(f"SoftHSM2, {kind}", ours, bare, timed(lambda: tool_pkcs11(hsm, params, sent), rounds))


def bare_pkcs11(hsm: SoftHsm, params: Params, label: str = "bench") -> bytes:
    """Initialise, log in, find, decrypt, finalise: python-pkcs11 alone. AES-GCM for this file's own vault alone."""
    import pkcs11  # noqa: PLC0415 optional

    library = pkcs11.lib(str(Path(hsm.module).resolve()))
    sent = bytes.fromhex(str(params["sent"]))
    try:
        with library.get_token(token_label=label).open(user_pin=PIN) as session:
            if params["mode"] == "aes-gcm":
                wanted = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.SECRET_KEY}
                parameter: Any = pkcs11.GCMParams(sent[:12], bound(desk(PIN)), 128)
                mechanism, sent = pkcs11.Mechanism.AES_GCM, sent[12:]
            else:
                wanted = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY}
                parameter = (pkcs11.Mechanism.SHA_1, pkcs11.MGF.SHA1, None)
                mechanism = pkcs11.Mechanism.RSA_PKCS_OAEP
            found: list[Any] = list(session.get_objects(wanted))
            (key,) = found
            return bytes(key.decrypt(sent, mechanism=mechanism, mechanism_param=parameter))
    finally:
        library.finalize()


def tool_pkcs11(hsm: SoftHsm, params: Params, sent: Path, label: str = "bench") -> bytes:
    """The same by pkcs11-tool; its AES-GCM cannot take our associated data, so that it lists the key instead."""
    common = ["--module", hsm.module, "--token-label", label, "--login", "--pin", PIN, "--id", str(params["id"])]
    if params["mode"] == "aes-gcm":
        return hsm.tool("pkcs11-tool", *common, "--list-objects", "--type", "secrkey")
    return hsm.tool(
        "pkcs11-tool", *common, "--decrypt", "--mechanism", "RSA-PKCS-OAEP", "--hash-algorithm", "SHA-1",
        "--mgf", "MGF1-SHA1", "--input-file", str(sent),
    )  # fmt: skip


def bench_tpm(folder: Path, rounds: int, *, pin: bool, pcrs: list[int]) -> None:
    """One kind of seal on swtpm; the storage root key is persistent, as an installed system has it."""
    chip = Swtpm(folder / f"tpm-{pin}-{len(pcrs)}")
    chip.start()
    try:
        os.environ["TPM2TOOLS_TCTI"] = chip.tcti
        chip.persist("ecc256")
        params = Tpm().enrol(NewFactor(Method.TPM, pin=pin, pcrs=pcrs), desk("2468")).params
        ours = timed(lambda: Tpm().unlock(params, desk("2468")), rounds)
        sealed_by_tools(chip, folder, pin=pin, pcrs=pcrs)
        auth = auth_of(pin=pin, pcrs=pcrs)
        tool = timed(lambda: tool_tpm(chip, folder, auth), rounds)
        bare = timed(lambda: bare_tpm(chip, params), rounds) if not pin and not pcrs else tool
        name = f"swtpm{', PIN' if pin else ''}{', PCRs' if pcrs else ''}"
        if bare is tool:
            print(f"{name:<22} kvault {ours:7.2f} ms   tool {tool:7.2f} ms   kvault/tool {ours / tool:5.2f}")  # noqa: T201
        else:
            told(name, ours, bare, tool)
    finally:
        chip.close()


def sealed_by_tools(chip: Swtpm, folder: Path, *, pin: bool, pcrs: list[int]) -> None:
    """An object sealed by tpm2-tools in the same manner."""
    (folder / "secret").write_bytes(bytes(32))
    more = ["-p", "2468"] if pin else []
    if pcrs:
        policy = str(folder / "policy")
        selection = f"sha256:{','.join(map(str, pcrs))}"
        chip.tool("tpm2_createpolicy", "-Q", "--policy-pcr", "-l", selection, "-L", policy)
        more += ["-L", policy]
    chip.tool("tpm2_create", "-Q", "-C", "0x81000001", "-i", str(folder / "secret"), *more,
              "-u", str(folder / "public"), "-r", str(folder / "private"))  # fmt: skip


def auth_of(*, pin: bool, pcrs: list[int]) -> list[str]:
    if pcrs:
        return ["-p", f"pcr:sha256:{','.join(map(str, pcrs))}"]
    return ["-p", "2468"] if pin else []


def tool_tpm(chip: Swtpm, folder: Path, auth: list[str]) -> bytes:
    """tpm2_load and tpm2_unseal, what a script runs; flushed as a resource manager would do."""
    environment = {"TPM2TOOLS_TCTI": chip.tcti, "PATH": os.environ["PATH"]}
    item = str(folder / "item.ctx")

    def run(*command: str) -> bytes:
        return subprocess.run(command, env=environment, capture_output=True, check=True, timeout=60).stdout

    run("tpm2_load", "-Q", "-C", "0x81000001", "-u", str(folder / "public"), "-r", str(folder / "private"), "-c", item)
    opened = run("tpm2_unseal", "-Q", "-c", item, *auth)
    chip.flush()
    return opened


def bare_tpm(chip: Swtpm, params: Params) -> bytes:
    """Load and unseal by tpm2_pytss alone, without an encrypted session."""
    import tpm2_pytss  # noqa: PLC0415 optional

    with tpm2_pytss.ESAPI(chip.tcti) as esys:
        parent = esys.tr_from_tpmpublic(0x81000001)
        private, _ = tpm2_pytss.TPM2B_PRIVATE.unmarshal(bytes.fromhex(str(params["private"])))
        public, _ = tpm2_pytss.TPM2B_PUBLIC.unmarshal(bytes.fromhex(str(params["public"])))
        with esys.load(parent, private, public) as item:
            return bytes(esys.unseal(item))


def fresh(code: str) -> None:
    subprocess.run([sys.executable, "-I", "-c", code], check=True)


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    print(f"{platform.platform()}, Python {platform.python_version()}, {rounds} rounds, medians")  # noqa: T201
    empty = timed(lambda: fresh("pass"), rounds)
    for name in ("pkcs11", "tpm2_pytss"):
        print(f"{name}: {timed(lambda: fresh('import ' + name), rounds) - empty:.1f} ms to load, once a process")  # noqa: B023, T201 run at once
    with tempfile.TemporaryDirectory(prefix="kv-chips-") as folder:
        for kind in ("aes256", "rsa2048", "rsa4096"):
            bench_pkcs11(Path(folder), rounds, kind)
        for pin, pcrs in ((False, []), (True, []), (False, [0, 7])):
            bench_tpm(Path(folder), rounds, pin=pin, pcrs=list(pcrs))


if __name__ == "__main__":
    main()

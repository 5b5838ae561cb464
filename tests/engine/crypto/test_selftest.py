"""Known-answer tests at first use, and the error state that gives nothing out."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import time
from contextvars import Context
from functools import partial
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from kvault_gui.engine.crypto import (
    aead,
    agreement,
    card_keys,
    hashes,
    hpke,
    kdf,
    kem,
    mac,
    registry,
    rng,
    rsa,
    selftest,
    signing,
    stream,
    wrap,
)
from kvault_gui.engine.crypto.answers import WHERE, post_quantum, post_quantum_data, rsa_data
from kvault_gui.engine.errors import SelfTestError
from kvault_gui.engine.formats.kdbx import ciphers
from kvault_gui.engine.formats.kdbx.header import Cipher
from kvault_gui.engine.store import sethash
from kvault_gui.engine.vault import otp

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = bytes(range(32))
SEED = {name: parts[0] for name, parts in post_quantum_data.DATA.items()}

RSA_PUBLIC = rsa.public_key("RSA-2048-PSS", rsa_data.KEYS[2048])
CARD_KEYS = [
    ("RSA-KEM", card_keys.CardKey("rsa2048", "RSA 2048", RSA_PUBLIC), False),
    ("RSA-PKCS1-v1_5", card_keys.CardKey("rsa2048", "RSA 2048", RSA_PUBLIC), True),
    ("ECDH", card_keys.read(ec.derive_private_key(7, ec.SECP256R1()).public_key()), False),
]

# One call of every primitive that gives something out: the name of its test, and the call.
CALLS: list[tuple[str, Callable[[], object]]] = [
    ("random", partial(rng.random_bytes, 8)),
    ("SHA-256", partial(hashes.sha256, b"")),
    ("BLAKE2b", partial(hashes.blake2b_keyed, b"", KEY)),
    ("BLAKE2b", partial(sethash.row_hash, KEY, 1, (1, b""))),
    *[(name, partial(hashes.digest, name, b"")) for name in ("SHA-256", "SHA-512", "SHA-3-256", "BLAKE2b")],
    ("HMAC-SHA256", partial(mac.sign, KEY, b"")),
    ("HMAC-SHA256", partial(mac.new, KEY)),
    ("HMAC-SHA256", partial(mac.verify, KEY, b"", bytes(32))),
    *[(name, partial(aead.seal, name, KEY, bytes(12), b"")) for name in ("AES-256-GCM", "ChaCha20-Poly1305")],
    *[
        (name, partial(aead.open_sealed, name, KEY, bytes(12), bytes(16)))
        for name in ("AES-256-GCM", "ChaCha20-Poly1305")
    ],
    ("XSalsa20-Poly1305", partial(aead.seal, "XSalsa20-Poly1305", KEY, bytes(24), b"")),
    ("XSalsa20-Poly1305", partial(aead.open_sealed, "XSalsa20-Poly1305", KEY, bytes(24), bytes(16))),
    ("AES-256-GCM-STREAM", partial(stream.seal, KEY, b"")),
    ("AES-256-GCM-STREAM", partial(stream.open_sealed, KEY, bytes(52))),
    ("AES-256-GCM", partial(wrap.wrap, "AES-256-GCM", KEY, KEY)),
    *[(name, partial(wrap.wrap, name, KEY, KEY)) for name in ("AES-256-KW", "AES-256-KWP")],
    *[(name, partial(wrap.unwrap, name, KEY, bytes(40))) for name in ("AES-256-KW", "AES-256-KWP")],
    *[
        (f"RSA-{bits}-OAEP-SHA256", partial(wrap.unwrap, f"RSA-{bits}-OAEP-SHA256", rsa_data.KEYS[bits], b""))
        for bits in (2048, 3072, 4096)
    ],
    ("HKDF-SHA256", partial(kdf.derive_hkdf, KEY, salt=b"", info=b"")),
    ("PBKDF2-SHA256", partial(kdf.derive_pbkdf2_sha256, b"", salt=KEY, iterations=100_000)),
    ("Argon2id", partial(kdf.derive_argon2id, b"", salt=bytes(16), memory_kib=65_536, iterations=3, lanes=1)),
    ("Argon2 (lanes)", partial(kdf.derive_argon2id, b"", salt=bytes(16), memory_kib=65_536, iterations=3, lanes=2)),
    (
        "Argon2 (lanes)",
        partial(
            kdf.derive_argon2_foreign, "d", b"", salt=bytes(16), memory_kib=64, iterations=1, lanes=1, version=0x13
        ),
    ),
    ("AES-KDF", partial(kdf.derive_aes_kdf, KEY, KEY, 10)),
    ("X25519", agreement.generate),
    ("X25519", partial(agreement.derive, KEY, KEY)),
    ("X25519", partial(agreement.public_key, KEY)),
    *[(name, partial(card_keys.send, key, unpads=unpads)) for name, key, unpads in CARD_KEYS],
    ("Ed25519", partial(signing.generate, "Ed25519")),
    ("Ed25519", partial(signing.sign, "Ed25519", KEY, b"")),
    ("Ed25519", partial(signing.verify, "Ed25519", KEY, b"", bytes(64))),
    ("Ed25519", partial(signing.public_key, "Ed25519", KEY)),
    *[(name, partial(signing.sign, name, KEY, b"")) for name in ("ML-DSA-65", "ML-DSA-87")],
    *[
        (name, partial(signing.sign, name, rsa_data.KEYS[4096], b""))
        for name in ("RSA-4096-PSS", "RSA-4096-PSS-SHA512")
    ],
    *[(name, partial(signing.verify, name, b"", b"", b"")) for name in ("RSA-2048-PSS", "RSA-3072-PSS")],
    *[(name, partial(kem.decapsulate, name, SEED[name], b"")) for name in ("ML-KEM-768", "ML-KEM-1024")],
    *[(name, partial(kem.encapsulate, name, b"")) for name in ("ML-KEM-768", "ML-KEM-1024")],
    *[(name, partial(kem.generate, name)) for name in ("ML-KEM-768", "ML-KEM-1024")],
    *[
        (name, partial(hpke.open_sealed, name, KEY, post_quantum.ANSWERS[name], info=b""))
        for name in SEED
        if name.startswith("HPKE")
    ],
]

# Foreign formats' own primitives have no known answer here; in the error state they stop with the rest.
FOREIGN: list[Callable[[], object]] = [
    lambda: list(ciphers.decrypt(Cipher.TWOFISH, KEY, bytes(16), [bytes(16)])),
    partial(ciphers.encryptor, Cipher.AES, KEY, bytes(16)),
    partial(ciphers.InnerStream, ciphers.SALSA20, KEY),
    partial(otp.at_counter, otp.OneTime(bytes(20), "SHA1", 6, 30, 0), 1),
]


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> selftest.State:
    """A process that has not used anything yet; what happens to it stays in this test."""
    state = selftest.State()
    monkeypatch.setattr(selftest, "_state", state)
    return state


def corrupt(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Make the test ``name`` fail: one bit of its known answer changes, or the generator stands still."""
    if name == "random":
        monkeypatch.setattr(os, "urandom", bytes)
        return
    module = importlib.import_module(f"kvault_gui.engine.crypto.answers.{WHERE[name][0]}")
    answer = module.ANSWERS[name]
    monkeypatch.setitem(module.ANSWERS, name, answer[:-1] + bytes([answer[-1] ^ 1]))


def test_every_primitive_has_a_call_in_this_file_and_a_test() -> None:
    assert {name for name, _ in CALLS} == set(WHERE)


def test_every_algorithm_of_the_registry_has_a_known_answer() -> None:
    argon2d = {"Argon2d"}  # under "Argon2 (lanes)", one function for both kinds
    assert set(registry.ALGORITHMS) - argon2d == set(WHERE) - {"random", "Argon2 (lanes)"}


@pytest.mark.parametrize(("name", "call"), CALLS, ids=[f"{name}-{number}" for number, (name, _) in enumerate(CALLS)])
def test_the_first_use_runs_the_known_answer_test(name: str, call: Callable[[], object], fresh: selftest.State) -> None:
    assert name not in fresh.passed
    attempt(call)
    assert name in fresh.passed


def attempt(call: Callable[[], object]) -> str:
    """The name of the error that came, if one came (some calls are given rubbish)."""
    try:
        call()
    except Exception as error:  # noqa: BLE001 whichever
        return type(error).__name__
    return ""


@pytest.mark.parametrize("name", list(WHERE))
def test_a_wrong_known_answer_leaves_a_module_that_gives_nothing_out(
    name: str, fresh: selftest.State, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashes.sha256(b"")  # one that passed before must stop as well
    assert name == "SHA-256" or fresh.passed
    if name == "SHA-256":
        fresh.passed.clear()
    corrupt(monkeypatch, name)
    first = next(call for tested, call in CALLS if tested == name)
    with pytest.raises(SelfTestError) as caught:
        first()
    assert caught.value.fields == {"name": name}
    monkeypatch.undo()  # the answers are right again: the error state stays
    monkeypatch.setattr(selftest, "_state", fresh)
    for tested, call in CALLS:
        assert attempt(call) == "SelfTestError", tested
    assert {attempt(call) for call in FOREIGN} == {"SelfTestError"}
    assert selftest.failed() == name


@pytest.mark.parametrize("name", list(WHERE))
def test_run_all_names_the_one_that_failed_and_no_other(
    name: str, fresh: selftest.State, monkeypatch: pytest.MonkeyPatch
) -> None:
    corrupt(monkeypatch, name)
    results = selftest.run_all()
    assert [result.name for result in results if not result.passed] == [name]
    assert fresh.failed == name
    with pytest.raises(SelfTestError):
        hashes.sha256(b"")


@pytest.mark.usefixtures("fresh")
def test_run_all_runs_every_test_and_finds_all_in_order() -> None:
    results = selftest.run_all()
    assert [(result.name, result.standard) for result in results] == [(name, WHERE[name][1]) for name in WHERE]
    assert all(result.passed and result.milliseconds >= 0 for result in results)
    assert selftest.failed() == ""


def test_a_failed_pairwise_test_is_an_error_state_too(fresh: selftest.State, monkeypatch: pytest.MonkeyPatch) -> None:
    signing.generate("Ed25519")
    ed25519 = importlib.import_module("kvault_gui.engine.crypto.ed25519")
    monkeypatch.setattr(ed25519, "verifies", lambda *_: False)
    with pytest.raises(SelfTestError):
        signing.generate("Ed25519")
    assert fresh.failed == "Ed25519"
    with pytest.raises(SelfTestError):
        rng.random_bytes(1)


def test_a_test_that_runs_in_one_thread_lets_no_other_thread_through(fresh: selftest.State) -> None:
    """What is let through within its own test is let through there alone."""
    seen: list[str] = []

    def within() -> None:
        token = selftest._running.set(frozenset({"SHA-256"}))
        Context().run(lambda: seen.append(attempt(partial(hashes.sha256, b""))))  # another thread's view
        selftest._running.reset(token)

    fresh.failed = "something"
    within()
    assert seen == ["SelfTestError"]


def test_a_missing_library_or_memory_is_not_a_failed_test(
    fresh: selftest.State, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_memory(*_: object) -> bytes:
        raise MemoryError

    backends = importlib.import_module("kvault_gui.engine.crypto.argon2_backends")
    monkeypatch.setattr(backends, "libsodium", no_memory)
    with pytest.raises(MemoryError):
        kdf.derive_argon2id(b"", salt=bytes(16), memory_kib=65_536, iterations=3, lanes=1)
    assert fresh.failed == ""


@pytest.mark.usefixtures("fresh")
def test_all_known_answers_take_less_than_300_ms() -> None:
    selftest.run_all()  # imports
    began = time.process_time()
    selftest.run_all()
    assert time.process_time() - began < 0.3


def test_what_a_start_needs_imports_nothing_costly() -> None:
    """Sealing a field and deriving its key: no RSA, ML-KEM, HPKE, PyNaCl or argon2."""
    code = (
        "import sys\n"
        "from kvault_gui.engine.crypto import aead, canonical, kdf, rng, signing, hashes, mac, stream\n"
        "key = kdf.derive_hkdf(rng.random_bytes(32), salt=b'', info=canonical.encode(['x']))\n"
        "aead.seal('AES-256-GCM', key, bytes(12), b'text', b'')\n"
        "costly = ('nacl', 'argon2', 'cryptography.hazmat.primitives.asymmetric.rsa',"
        " 'cryptography.hazmat.primitives.asymmetric.mlkem', 'cryptography.hazmat.primitives.hpke', 'msgspec')\n"
        "print([name for name in costly if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"

"""Key derivation: floors and ceilings before any work, and the same bytes from every implementation."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING, Any, Literal

import pytest
from argon2.low_level import Type, hash_secret_raw
from Cryptodome.Cipher import AES
from cryptography.hazmat.primitives.kdf import argon2 as openssl_argon2

from kvault_gui.engine.crypto import argon2_backends, kdf
from kvault_gui.engine.errors import InvalidInputError, KdfCostError

if TYPE_CHECKING:
    from collections.abc import Callable

FLOOR = {"memory_kib": 65_536, "iterations": 3, "lanes": 1}
FOREIGN: dict[str, Any] = {"memory_kib": 64, "iterations": 2, "lanes": 2, "version": 0x13}


def foreign(**change: Any) -> bytes:
    """A cheap derivation with ``change``."""
    return kdf.derive_argon2_foreign(**{"kind": "d", "secret": b"x", "salt": bytes(16)} | FOREIGN | change)


@pytest.fixture
def no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any derivation that begins is a failure."""

    def fail(*_: object, **__: object) -> bytes:
        pytest.fail("work was done")

    monkeypatch.setattr(argon2_backends, "libsodium", fail)
    monkeypatch.setattr(argon2_backends, "reference", fail)
    monkeypatch.setattr(kdf, "_pbkdf2_sha256", fail)


@pytest.mark.usefixtures("no_work")
@pytest.mark.parametrize(
    "change",
    [
        {"memory_kib": 65_535},
        {"memory_kib": 0},
        {"memory_kib": -1},
        {"memory_kib": kdf.max_memory_kib() + 1},
        {"memory_kib": (1 << 32) - 1},
        {"memory_kib": 1 << 64},
        {"iterations": 2},
        {"iterations": 0},
        {"iterations": 1_001},
        {"iterations": 10**9},
        {"memory_kib": 128 << 10, "iterations": 1_000},
        {"lanes": 0},
        {"lanes": 17},
        {"lanes": 1 << 24},
    ],
)
def test_argon2id_outside_its_bounds_is_refused_before_any_work(change: dict[str, int]) -> None:
    cost = FLOOR | change
    with pytest.raises(KdfCostError):
        kdf.derive_argon2id(b"secret", salt=bytes(16), **cost)
    with pytest.raises(KdfCostError):
        kdf.check_argon2id(**cost)


@pytest.mark.usefixtures("no_work")
@pytest.mark.parametrize(
    "change",
    [
        {"memory_kib": (1 << 20) + 1},
        {"memory_kib": 15},  # 8 KiB a lane
        {"memory_kib": 0},
        {"memory_kib": 1 << 40},
        {"iterations": 0},
        {"iterations": 1 << 30},
        {"memory_kib": 1 << 20, "iterations": 65},
        {"lanes": 0},
        {"lanes": 65},
        {"lanes": 1 << 24, "memory_kib": 1 << 20},
    ],
)
@pytest.mark.parametrize("kind", ["d", "id"])
def test_foreign_argon2_outside_its_bounds_is_refused_before_any_work(kind: str, change: dict[str, int]) -> None:
    with pytest.raises(KdfCostError):
        foreign(kind=kind, **change)


@pytest.mark.usefixtures("no_work")
@pytest.mark.parametrize("iterations", [-1, 0, 1, 99_999, 10_000_001, 1 << 40])
def test_pbkdf2_outside_its_bounds_is_refused_before_any_work(iterations: int) -> None:
    with pytest.raises(KdfCostError):
        kdf.derive_pbkdf2_sha256(b"secret", salt=bytes(16), iterations=iterations)


@pytest.mark.parametrize("rounds", [-1, 0, (1 << 28) + 1, 1 << 60])
def test_aes_kdf_outside_its_bounds_is_refused_before_any_work(rounds: int) -> None:
    began = time.process_time()
    with pytest.raises(KdfCostError):
        kdf.derive_aes_kdf(bytes(32), bytes(32), rounds)
    assert time.process_time() - began < 0.1


@pytest.mark.usefixtures("no_work")
@pytest.mark.parametrize(
    "call",
    [
        lambda: kdf.derive_argon2id(b"", salt=bytes(15), **FLOOR),
        lambda: kdf.derive_argon2id(b"", salt=bytes(65), **FLOOR),
        lambda: kdf.derive_argon2id(b"", salt=bytes(16), length=15, **FLOOR),
        lambda: kdf.derive_argon2id(b"", salt=bytes(16), length=65, **FLOOR),
        lambda: kdf.derive_pbkdf2_sha256(b"", salt=bytes(15), iterations=100_000),
        lambda: kdf.derive_pbkdf2_sha256(b"", salt=bytes(16), iterations=100_000, length=15),
        lambda: foreign(salt=bytes(7)),
        lambda: foreign(salt=bytes(1025)),
        lambda: foreign(length=3),
        lambda: foreign(version=0x11),
        lambda: foreign(kind="i"),
        lambda: kdf.derive_aes_kdf(bytes(31), bytes(32), 1),
        lambda: kdf.derive_aes_kdf(bytes(32), bytes(33), 1),
        lambda: kdf.derive_hkdf(bytes(32), salt=b"", info=b"", length=0),
        lambda: kdf.derive_hkdf(bytes(32), salt=b"", info=b"", length=8_161),
    ],
)
def test_a_salt_key_or_length_out_of_range_is_refused_before_any_work(call: Callable[[], bytes]) -> None:
    with pytest.raises(InvalidInputError):
        call()


@pytest.mark.parametrize("lanes", [1, 2, 4])
@pytest.mark.parametrize("salt", [bytes(range(16)), bytes(range(32))])
def test_argon2id_gives_what_openssl_gives_with_any_lanes_and_salt(lanes: int, salt: bytes) -> None:
    """One lane and 16 bytes of salt go to libsodium, everything else to the reference implementation."""
    other = openssl_argon2.Argon2id(salt=salt, length=32, iterations=3, lanes=lanes, memory_cost=65_536)
    derived = kdf.derive_argon2id(b"pass word", salt=salt, memory_kib=65_536, iterations=3, lanes=lanes)
    assert derived == other.derive(b"pass word")


@pytest.mark.parametrize("version", [0x10, 0x13])
@pytest.mark.parametrize(("kind", "type_"), [("d", Type.D), ("id", Type.ID)])
@pytest.mark.parametrize("lanes", [1, 3])
def test_foreign_argon2_of_both_versions(version: int, kind: Literal["d", "id"], type_: Type, lanes: int) -> None:
    derived = kdf.derive_argon2_foreign(
        kind, bytearray(b"secret"), salt=bytes(32), memory_kib=256, iterations=2, lanes=lanes, version=version
    )
    assert derived == hash_secret_raw(b"secret", bytes(32), 2, 256, lanes, 32, type_, version)


def test_the_versions_and_kinds_of_argon2_differ() -> None:
    results = {foreign(kind=kind, lanes=1, version=version) for kind in ("d", "id") for version in (0x10, 0x13)}
    assert len(results) == 4


def test_a_password_in_a_bytearray_is_read_and_left_as_it_is() -> None:
    password = bytearray("pässword", "utf-8")
    one = kdf.derive_argon2id(password, salt=bytes(16), **FLOOR)
    assert password == "pässword".encode()
    assert one == kdf.derive_argon2id(bytes(password), salt=bytes(16), **FLOOR)
    assert one != kdf.derive_argon2id(b"", salt=bytes(16), **FLOOR)


@pytest.mark.parametrize("rounds", [1, 2, 3, 4_095, 4_096, 4_097, 4_098, 8_192, 8_193, 20_000])
def test_aes_kdf_is_aes_ecb_again_and_again(rounds: int) -> None:
    """Compared with another library, block by block, around the size of the chunks."""
    key, seed = hashlib.sha256(b"key").digest(), hashlib.sha256(b"seed").digest()
    block, cipher = key, AES.new(seed, AES.MODE_ECB)
    for _ in range(rounds):
        block = cipher.encrypt(block)
    assert kdf.derive_aes_kdf(key, seed, rounds) == hashlib.sha256(block).digest()


def test_aes_kdf_of_a_million_rounds_takes_no_second() -> None:
    began = time.process_time()
    kdf.derive_aes_kdf(bytes(32), bytes(32), 1_000_000)
    assert time.process_time() - began < 1


def test_calibration_gives_a_cost_that_is_allowed_and_grows_with_the_time() -> None:
    short, longer = kdf.calibrate_argon2id(0.01), kdf.calibrate_argon2id(0.4)
    assert short == kdf.Argon2Cost(65_536, 3, 1)
    for cost in (short, longer):
        kdf.check_argon2id(*cost)
        assert cost.memory_kib <= kdf.MAX_CALIBRATED_KIB
    assert longer.memory_kib * longer.iterations >= short.memory_kib * short.iterations


def test_beyond_the_ceiling_of_memory_calibration_adds_iterations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kdf, "_timed", lambda cost: cost.memory_kib * cost.iterations / 65_536 / 3 * 0.01)
    fast = kdf.calibrate_argon2id(1.0)
    assert fast.memory_kib == min(kdf.MAX_CALIBRATED_KIB, kdf.max_memory_kib() // 16_384 * 16_384)
    assert 0.9 < fast.memory_kib * fast.iterations / 65_536 / 3 * 0.01 <= 1.0
    endless = kdf.calibrate_argon2id(1e6)
    assert endless.memory_kib * endless.iterations == kdf.MAX_WORK_KIB


def test_different_labels_give_different_keys() -> None:
    keys = {kdf.derive_hkdf(bytes(32), salt=salt, info=info) for salt in (b"a", b"b") for info in (b"x", b"y", b"")}
    assert len(keys) == 6
    assert kdf.derive_hkdf(bytes(32), salt=b"a", info=b"x") in keys
    assert len(kdf.derive_hkdf(bytes(32), salt=b"", info=b"", length=8_160)) == 8_160

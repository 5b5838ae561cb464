"""X25519, ML-KEM, X-Wing and HPKE against RFC 7748, RFC 9180, Wycheproof, CCTV, NIST ACVP and the drafts."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from typing import Any

import pytest
from cryptography.hazmat.bindings._rust import openssl

from kvault_gui.engine.crypto import agreement, hashes, hpke, kem
from kvault_gui.engine.errors import AuthenticationError, InvalidInputError
from tests.shared import shared
from tests.vectors.tally import Tally, acvp, unhex, wycheproof

NOT_FIXED = "encapsulation with given randomness (the library draws its own)"
EXPANDED = "a decapsulation key in expanded form (the registry takes seeds)"
LATER = "a later message of a context (the registry seals single messages)"
OTHER_SUITE = "a mode, KEM, KDF or AEAD that the registry has not"


def agrees(private: bytes, public: bytes, shared_secret: bytes) -> bool:
    """The known secret; all zeros means that it must be refused."""
    try:
        return agreement.derive(private, public) == shared_secret != bytes(32)
    except AuthenticationError:
        return shared_secret == bytes(32)


def test_wycheproof_x25519() -> None:
    tally = Tally()
    number, tests = wycheproof(shared("vectors/wycheproof/x25519_test.json"))
    refused = 0
    for _, test in tests:
        private, public, secret = (unhex(test[part]) for part in ("private", "public", "shared"))
        tally.accept(good=agrees(private, public, secret), name=test["tcId"])
        refused += secret == bytes(32)
    tally.check(number, 259)
    assert refused == 15


def test_wycheproof_x25519_jwk() -> None:
    tally = Tally()
    number, tests = wycheproof(shared("vectors/wycheproof/x25519_jwk_test.json"))
    for _, test in tests:
        if test["result"] == "invalid":
            tally.leave("a JWK that is not OKP X25519 (no JWK is read here)")
            continue
        private, public = (_b64(test[part][name]) for part, name in (("private", "d"), ("public", "x")))
        tally.accept(good=agrees(private, public, unhex(test["shared"])), name=test["tcId"])
    tally.check(number, 518, {"a JWK that is not OKP X25519 (no JWK is read here)": 13})


def _b64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_rfc_7748_x25519() -> None:
    tally = Tally()
    values: dict[str, bytes] = {}
    for line in shared("vectors/x25519-rfc7748/rfc7748.txt").read_text().splitlines():
        name, _, value = (part.strip() for part in line.partition("="))
        if name in {"INPUT_SCALAR", "INPUT_U", "OUTPUT_U"}:
            values[name] = unhex(value)
        if name == "OUTPUT_U":
            good = agrees(values["INPUT_SCALAR"], values["INPUT_U"], values["OUTPUT_U"])
            tally.accept(good=good, name=values["INPUT_U"].hex())
    tally.check(3, 3)


@pytest.mark.parametrize("size", ["768", "1024"])
def test_wycheproof_ml_kem(size: str) -> None:
    """Key of the seed, secret of the ciphertext; wrong lengths refused."""
    tally = Tally()
    name = f"ML-KEM-{size}"
    number, tests = wycheproof(shared(f"vectors/wycheproof/mlkem_{size}_test.json"))
    for _, test in tests:
        seed, ciphertext = unhex(test["seed"]), unhex(test["c"])
        if test["result"] == "valid":
            known = kem.public_key(name, seed) == unhex(test["ek"])
            tally.accept(good=known and kem.decapsulate(name, seed, ciphertext) == unhex(test["K"]), name=test["tcId"])
        else:
            error = AuthenticationError if len(seed) == 64 else InvalidInputError
            tally.refuse(lambda s=seed, c=ciphertext: kem.decapsulate(name, s, c), error, test["tcId"])  # type: ignore[misc]
    tally.check(number, 97)


@pytest.mark.parametrize(("size", "total"), [("768", 133), ("1024", 135)])
def test_wycheproof_ml_kem_takes_good_public_keys_and_refuses_the_others(size: str, total: int) -> None:
    """The secret cannot be compared: the library draws its own randomness."""
    tally = Tally()
    name = f"ML-KEM-{size}"
    number, tests = wycheproof(shared(f"vectors/wycheproof/mlkem_{size}_encaps_test.json"))
    for _, test in tests:
        public = unhex(test["ek"])
        if test["result"] == "valid":
            tally.accept(good=len(kem.encapsulate(name, public).secret) == 32, name=test["tcId"])
        else:
            tally.refuse(lambda p=public: kem.encapsulate(name, p), InvalidInputError, test["tcId"])  # type: ignore[misc]
    assert number == total
    tally.check(total, total)


@pytest.mark.parametrize("size", ["768", "1024"])
def test_wycheproof_ml_kem_key_generation(size: str) -> None:
    tally = Tally()
    number, tests = wycheproof(shared(f"vectors/wycheproof/mlkem_{size}_keygen_seed_test.json"))
    for _, test in tests:
        public = kem.public_key(f"ML-KEM-{size}", unhex(test["seed"]))
        tally.accept(good=public == unhex(test["ek"]), name=test["tcId"])
    tally.check(number, 50)


def test_acvp_ml_kem_key_generation() -> None:
    tally = Tally()
    folder = shared("vectors/acvp-fips203-204")
    for group, test, answer in acvp(
        folder / "ML-KEM-keyGen.prompt.json", folder / "ML-KEM-keyGen.expectedResults.json"
    ):
        public = kem.public_key(group["parameterSet"], unhex(test["d"] + test["z"]))
        tally.accept(good=public == unhex(answer["ek"]), name=test["tcId"])
    tally.check(26, 26)


def test_acvp_ml_kem_public_keys_are_taken() -> None:
    """The answers need given randomness or expanded keys; that the published keys are good can be seen."""
    tally = Tally()
    fips = shared("vectors/acvp-fips203-204")
    pairs = [*acvp(fips / "ML-KEM-encapDecap.prompt.json", fips / "ML-KEM-encapDecap.expectedResults.json")]
    geomys = shared("vectors/acvp")
    pairs += acvp(geomys / "ML-KEM.vectors.json", geomys / "ML-KEM.expected.json")
    for group, test, _ in pairs:
        if group["function"] == "decapsulation":
            tally.leave(EXPANDED)
            continue
        good = len(kem.encapsulate(group["parameterSet"], unhex(test["ek"])).secret) == 32
        tally.accept(good=good, name=test["tcId"])
    tally.check(38, 27, {EXPANDED: 11})


def test_cctv_ml_kem_refuses_every_public_key_with_a_coefficient_that_is_not_reduced() -> None:
    tally = Tally()
    text = gzip.decompress(shared("vectors/cctv-mlkem/modulus-ML-KEM-768.txt.gz").read_bytes()).decode()
    for line in text.split():
        tally.refuse(lambda p=line: kem.encapsulate("ML-KEM-768", unhex(p)), InvalidInputError, line[:16])  # type: ignore[misc]
    tally.check(780, 780)


@pytest.mark.parametrize("file", ["intermediate", "unluckysample"])
def test_cctv_ml_kem_public_keys_of_the_draft_are_taken(file: str) -> None:
    """Keys from the draft of FIPS 203, whose seeds gave other keys; "unlucky" ones need uncommonly many samples."""
    values: dict[str, str] = {}
    for line in shared(f"vectors/cctv-mlkem/{file}-ML-KEM-768.txt").read_text().splitlines():
        name, _, value = (part.strip() for part in line.partition("="))
        values.setdefault(name, value)
    public = unhex(values["ek"])
    assert len(kem.encapsulate("ML-KEM-768", public).secret) == 32
    assert kem.public_key("ML-KEM-768", unhex(values["d"] + values["z"])) != public


def test_x_wing_keys_and_secrets() -> None:
    """Our seed gives the published public key; its two halves give the published secret by the draft's combiner."""
    tally = Tally()
    for vector in json.loads(shared("vectors/xwing/test-vectors.json").read_bytes()):
        seed, public, ciphertext = (unhex(vector[part]) for part in ("sk", "pk", "ct"))
        known = hpke.public_key(hpke.PREFERRED, seed) == public
        expanded = hashlib.shake_256(seed).digest(96)
        mlkem = kem.decapsulate("ML-KEM-768", expanded[:64], ciphertext[:1088])
        x25519 = agreement.derive(expanded[64:], ciphertext[1088:])
        combined = hashes.digest("SHA-3-256", mlkem + x25519 + ciphertext[1088:] + public[1184:] + rb"\.//^\ "[:6])
        tally.accept(good=known and combined == unhex(vector["ss"]), name=vector["seed"])
    tally.check(2, 2)


def test_the_published_x_wing_key_files_belong_together() -> None:
    private, public = (_pem(shared(f"vectors/xwing/xwing.{kind}").read_text()) for kind in ("priv", "pub"))
    assert public.endswith(hpke.public_key(hpke.PREFERRED, private[-32:]))


def _pem(text: str) -> bytes:
    return base64.b64decode("".join(line for line in text.splitlines() if not line.startswith("-")))


@pytest.mark.parametrize(
    ("file", "suites", "ran", "aside"),
    [
        (
            "hpke-pq/hpke-pq-test-vectors.json",
            {(0, 0x647A, 1, 3): "HPKE-MLKEM768-X25519-ChaCha20-Poly1305"},
            1,
            {LATER: 9, OTHER_SUITE: 60},
        ),
        (
            "hpke-rfc9180/test-vectors.json",
            {(0, 0x20, 1, 3): "HPKE-X25519-ChaCha20-Poly1305"},
            1,
            {LATER: 8, OTHER_SUITE: 207},
        ),
    ],
)
def test_published_hpke_messages_open(
    file: str, suites: dict[tuple[int, int, int, int], str], ran: int, aside: dict[str, int]
) -> None:
    """The vectors have associated data, which the public call has not: the inner one is used with our keys."""
    tally = Tally()
    total = 0
    for vector in json.loads(shared(f"vectors/{file}").read_bytes()):
        total += len(vector["encryptions"])
        name = suites.get((vector["mode"], vector["kem_id"], vector["kdf_id"], vector["aead_id"]))
        if name is None:
            tally.leave(OTHER_SUITE, len(vector["encryptions"]))
            continue
        tally.leave(LATER, len(vector["encryptions"]) - 1)
        tally.accept(good=_opens(name, vector), name=name)
    tally.check(total, ran, {reason: count for reason, count in aside.items() if count})


def _opens(name: str, vector: dict[str, Any]) -> bool:
    private, message = unhex(vector["skRm"]), vector["encryptions"][0]
    sealed = unhex(vector["enc"] + message["ct"])
    known = hpke.public_key(name, private) == unhex(vector["pkRm"])
    suite, key = hpke._suite(name, "open"), hpke._private(name, private)
    aad, info = unhex(message["aad"]), unhex(vector["info"])
    return known and openssl.hpke._decrypt_with_aad(suite, sealed, key, info, aad) == unhex(message["pt"])

"""AES key wrap and RSA-OAEP against Wycheproof and NIST ACVP."""

from __future__ import annotations

import pytest

from kvault_gui.engine.crypto import rsa, wrap
from kvault_gui.engine.errors import AuthenticationError, InvalidInputError
from tests.shared import shared
from tests.vectors.tally import Tally, unhex, wycheproof

SHORT_KEK = "a wrapping key shorter than 256 bits"
OTHER_OAEP = "a key size, hash or mask that RSA-OAEP of the registry has not"


@pytest.mark.parametrize(
    ("file", "algorithm", "ran", "aside"),
    [("aes_wrap", "AES-256-KW", 34, {SHORT_KEK: 49}), ("aes_kwp", "AES-256-KWP", 47, {SHORT_KEK: 80})],
)
def test_wycheproof_aes_key_wrap(file: str, algorithm: str, ran: int, aside: dict[str, int]) -> None:
    tally = Tally()
    number, tests = wycheproof(shared(f"vectors/wycheproof/{file}_test.json"))
    for group, test in tests:
        if group["keySize"] != 256:
            tally.leave(SHORT_KEK)
            continue
        kek, key, wrapped = (unhex(test[part]) for part in ("key", "msg", "ct"))
        if test["result"] == "invalid" or "ShortKey" in test["flags"]:
            tally.refuse(
                lambda k=kek, w=wrapped: wrap.unwrap(algorithm, k, w),  # type: ignore[misc]
                AuthenticationError,
                test["tcId"],
            )
        else:
            same = wrap.wrap(algorithm, kek, key) == wrapped
            tally.accept(good=same and wrap.unwrap(algorithm, kek, wrapped) == key, name=test["tcId"])
    tally.check(number, ran, aside)


@pytest.mark.parametrize(
    ("file", "ran", "aside"),
    [
        ("rsa_oaep_2048_sha256_mgf1sha256", 37, {}),
        ("rsa_oaep_misc", 9, {OTHER_OAEP: 187}),
    ],
)
def test_wycheproof_rsa_oaep(file: str, ran: int, aside: dict[str, int]) -> None:
    tally = Tally()
    number, tests = wycheproof(shared(f"vectors/wycheproof/{file}_test.json"))
    for group, test in tests:
        name = f"RSA-{group['keySize']}-OAEP-SHA256"
        if (group["sha"], group["mgfSha"]) != ("SHA-256", "SHA-256") or group["keySize"] not in {2048, 3072, 4096}:
            tally.leave(OTHER_OAEP)
            continue
        private, wrapped, label = (unhex(value) for value in (group["privateKeyPkcs8"], test["ct"], test["label"]))
        if test["result"] == "invalid":
            tally.refuse(
                lambda n=name, p=private, w=wrapped, a=label: wrap.unwrap(n, p, w, aad=a),  # type: ignore[misc]
                AuthenticationError,
                test["tcId"],
            )
        else:
            opened = wrap.unwrap(name, private, wrapped, aad=label)
            tally.accept(good=opened == unhex(test["msg"]), name=test["tcId"])
    tally.check(number, ran, aside)


def test_the_published_rsa_keys_of_other_sizes_are_refused() -> None:
    _, tests = wycheproof(shared("vectors/wycheproof/rsa_oaep_misc_test.json"))
    others = {group["keySize"]: unhex(group["privateKeyPkcs8"]) for group, _ in tests if group["keySize"] < 4096}
    assert set(others) == {1024, 1536, 2048, 3072, 4032}
    for private in others.values():
        with pytest.raises(InvalidInputError):
            rsa.check("RSA-4096-OAEP-SHA256", private)

"""One-time codes: published vectors, limits, and codes of stored seeds."""

from __future__ import annotations

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvault_gui.engine.api import EntryInput, FieldType, Kind, Use
from kvault_gui.engine.errors import FieldNotFoundError, InvalidInputError
from kvault_gui.engine.vault import otp
from tests.engine.vault.kit import Desk, field, login
from tests.shared import shared

SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890"


def vectors(name: str) -> list[dict[str, str]]:
    blocks = shared(f"vectors/otp-rfc4226-6238/{name}").read_text().split("COUNT =")[1:]
    return [dict(re.findall(r"^(\w+) = (\S+)$", block, re.MULTILINE)) for block in blocks]


def test_the_codes_of_rfc_4226() -> None:
    found = vectors("rfc-4226.txt")
    assert len(found) == 10
    for case in found:
        wanted = otp.OneTime(case["SECRET"].encode(), "SHA1", 6, 0, 0)
        assert otp.at_counter(wanted, int(case["COUNTER"])) == case["HOTP"]


def test_the_codes_of_rfc_6238() -> None:
    found = vectors("rfc-6238.txt")
    assert len(found) == 18
    for case in found:
        seed = base64.b32encode(case["SECRET"].encode()).decode()
        wanted = otp.parse(f"otpauth://totp/x?secret={seed}&algorithm={case['MODE']}&digits=8&period=30")
        assert otp.at_time(wanted, int(case["TIME"]))[0] == case["TOTP"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("not base32!", "base32"),
        ("otpauth://totp/x", "empty"),
        (f"otpauth://totp/x?secret={SEED}&period=0", "period"),
        (f"otpauth://totp/x?secret={SEED}&period=-1", "period"),
        (f"otpauth://totp/x?secret={SEED}&period=1e3", "period"),
        (f"otpauth://totp/x?secret={SEED}&digits=100", "digits"),
        (f"otpauth://totp/x?secret={SEED}&digits=5", "digits"),
        (f"otpauth://totp/x?secret={SEED}&algorithm=MD5", "algorithm"),
        (f"otpauth://totp/x?secret={SEED}&secret={SEED}", "twice"),
        (f"otpauth://totp/x?secret={SEED}&encoder=steam", "Steam"),
        (f"otpauth://steam/x?secret={SEED}", "neither"),
        (f"otpauth://hotp/x?secret={SEED}&counter=99999999999999999999", "counter"),
        (f"otpauth://totp/x?secret={SEED * 100}", "too long"),
        ("otpauth://[", "well formed"),
        ("otpauth://totp/" + "x" * 10_000, "too long"),
    ],
)
def test_seeds_that_give_no_code_are_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        otp.parse(text)
    assert why in str(caught.value)
    assert SEED not in str(caught.value)


@given(st.text(max_size=80) | st.text(max_size=60).map(lambda tail: f"otpauth://totp/{tail}"))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        wanted = otp.parse(text)
    except InvalidInputError:
        return
    assert len(otp.at_counter(wanted, 1)) == wanted.digits


def test_the_code_of_a_stored_seed_moves_on_with_time(desk: Desk) -> None:
    given = login()
    given.fields.append(field("otp", f"otpauth://totp/GitHub:me?secret={SEED}&issuer=GitHub", FieldType.OTP))
    entry = desk.engine.secrets.create(given)
    desk.clock.now = 59.0
    code = desk.engine.secrets.code(entry, "otp")
    assert (code.code.text(), code.seconds, code.period) == ("287082", 1, 30)
    desk.clock.now = 60.0
    later = desk.engine.secrets.code(entry, "otp")
    assert (later.code.text(), later.seconds) == ("359152", 30)
    assert desk.actions().count("secret.code") == 1  # a running code is one act, recorded once a session


def test_a_counter_is_stored_before_its_code_is_given(desk: Desk) -> None:
    uri = f"otpauth://hotp/Example%20Co:me%40x?secret={SEED}&issuer=Example%20Co&counter=1"
    given = EntryInput(Kind.CREDENTIAL, "x", "", [field("otp", uri, FieldType.OTP)])
    entry = desk.engine.secrets.create(given)
    codes = [desk.engine.secrets.code(entry, "otp") for _ in range(3)]
    assert [code.code.text() for code in codes] == ["287082", "359152", "969429"]
    assert (codes[0].seconds, codes[0].period) == (0, 0)
    again = desk.again()
    assert again.engine.secrets.code(entry, "otp").code.text() == "338314"
    stored = again.engine.secrets.reveal(entry, "otp", Use.SHOW).text()
    assert stored == uri.replace("counter=1", "counter=5")
    assert again.engine.secrets.get(entry).version == 1
    assert again.actions().count("secret.code") == 4
    again.engine.vaults.close()


def test_other_fields_have_no_code(desk: Desk) -> None:
    entry = desk.engine.secrets.create(login())
    with pytest.raises(InvalidInputError):
        desk.engine.secrets.code(entry, "password")
    with pytest.raises(FieldNotFoundError):
        desk.engine.secrets.code(entry, "otp")

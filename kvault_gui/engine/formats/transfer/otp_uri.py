"""One-time code seeds as other programs keep them, as the otpauth URI that kvault keeps.

KeePassXC writes a field ``otp`` with an otpauth URI; its older versions wrote ``TOTP Seed`` and ``TOTP Settings``, the
KeeOtp plugin ``otp`` with "key=…&size=…&step=…"; KeePass 2.47 and newer write ``TimeOtp-Secret…`` and
``HmacOtp-Secret…`` (keepass.info/help/base/placeholders.html, "One-Time Passwords").
"""

from __future__ import annotations

import base64
import binascii
from urllib.parse import parse_qsl, quote

from ...errors import InvalidInputError
from ...vault import otp

_ALGORITHMS = {"HMAC-SHA-1": "SHA1", "HMAC-SHA-256": "SHA256", "HMAC-SHA-512": "SHA512"}
_SECRETS = ("", "-Hex", "-Base32", "-Base64")


def find_uri(fields: dict[str, str], title: str) -> tuple[str, set[str]]:
    """The URI that the fields of an entry amount to, and the names of the fields that it stands for.

    ("", empty) when there is none that codes can be computed from: such fields stay as they are.
    """
    for build in (_from_otp, _from_old_keepassxc, _from_keepass):
        uri, used = build(fields, title)
        if uri and _computes(uri):
            return uri, used
    return "", set()


def as_uri(value: str, title: str) -> str:
    """A stored seed as an otpauth URI for other programs: a bare base32 seed gets the usual parameters."""
    value = value.strip()
    return value if value.lower().startswith("otpauth:") else _uri("totp", title, {"secret": value})


def _computes(uri: str) -> bool:
    try:
        otp.parse(uri)
    except InvalidInputError:
        return False
    return True


def _uri(kind: str, title: str, parameters: dict[str, str]) -> str:
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items() if value)
    return f"otpauth://{kind}/{quote(title, safe='')}?{query}"


def _clean(seed: str) -> str:
    return "".join(seed.split()).replace("-", "").rstrip("=").upper()


def _from_otp(fields: dict[str, str], title: str) -> tuple[str, set[str]]:
    name = next((name for name in fields if name.lower() == "otp"), None)
    if name is None:
        return "", set()
    value = fields[name].strip()
    if value.lower().startswith("otpauth://"):
        return value, {name}
    if "key=" in value:
        found = {key.lower(): text for key, text in parse_qsl(value, max_num_fields=50)}
        parts = {
            "secret": _clean(found.get("key", "")),
            "period": found.get("step", ""),
            "digits": found.get("size", ""),
        }
        algorithm = found.get("otphashmode", "").upper()
        if algorithm:
            parts["algorithm"] = algorithm
        return _uri("totp", title, parts), {name}
    return _uri("totp", title, {"secret": _clean(value)}), {name}


def _from_old_keepassxc(fields: dict[str, str], title: str) -> tuple[str, set[str]]:
    seed = fields.get("TOTP Seed", "")
    if not seed:
        return "", set()
    used = {"TOTP Seed"} | ({"TOTP Settings"} & fields.keys())
    period, _, digits = fields.get("TOTP Settings", "30;6").partition(";")
    return _uri("totp", title, {"secret": _clean(seed), "period": period.strip(), "digits": digits.strip()}), used


def _secret(fields: dict[str, str], stem: str) -> tuple[str, str]:
    """The seed in base32 and the name of the field that holds it."""
    for ending in _SECRETS:
        name = stem + ending
        value = fields.get(name, "")
        if not value:
            continue
        if ending == "-Base32":
            return _clean(value), name
        try:
            raw = _raw(value, ending)
        except (ValueError, binascii.Error):
            continue
        return base64.b32encode(raw).decode().rstrip("="), name
    return "", ""


def _raw(value: str, ending: str) -> bytes:
    if ending == "-Hex":
        return bytes.fromhex("".join(value.split()))
    if ending == "-Base64":
        return base64.b64decode("".join(value.split()), validate=True)
    return value.encode()


def _from_keepass(fields: dict[str, str], title: str) -> tuple[str, set[str]]:
    seed, name = _secret(fields, "TimeOtp-Secret")
    if seed:
        parameters = {
            "secret": seed,
            "period": fields.get("TimeOtp-Period", ""),
            "digits": fields.get("TimeOtp-Length", ""),
            "algorithm": _ALGORITHMS.get(fields.get("TimeOtp-Algorithm", ""), fields.get("TimeOtp-Algorithm", "")),
        }
        used = {name} | ({"TimeOtp-Period", "TimeOtp-Length", "TimeOtp-Algorithm"} & fields.keys())
        return _uri("totp", title, parameters), used
    seed, name = _secret(fields, "HmacOtp-Secret")
    if seed:
        counter = fields.get("HmacOtp-Counter", "0")
        return _uri("hotp", title, {"secret": seed, "counter": counter}), {name} | ({"HmacOtp-Counter"} & fields.keys())
    return "", set()

"""One-time codes: RFC 6238 (time) and RFC 4226 (counter), and the otpauth URI that carries their seed."""

from __future__ import annotations

import base64
import binascii
import math
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, urlsplit

from ..crypto import selftest
from ..errors import InvalidInputError

_ALGORITHMS = frozenset({"SHA1", "SHA256", "SHA512"})
_MAX_SEED = 1_024  # bytes
_MAX_PERIOD = 86_400  # seconds
_MAX_COUNTER = 1 << 63
_MAX_URI = 8_192  # characters


class OneTime(NamedTuple):
    """A seed and how codes are made of it. ``period`` 0: by ``counter``."""

    seed: bytes
    algorithm: str
    digits: int
    period: int
    counter: int


def _bad(reason: str) -> InvalidInputError:
    return InvalidInputError(reason=f"The one-time code cannot be computed: {reason}", field="otp")


def _seed(text: str) -> bytes:
    letters = "".join(text.split()).replace("-", "").upper().rstrip("=")
    try:
        seed = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except (binascii.Error, ValueError):
        raise _bad("the seed is not base32") from None
    if not 0 < len(seed) <= _MAX_SEED:
        raise _bad("the seed is empty or too long")
    return seed


def _number(found: dict[str, str], name: str, default: int, low: int, high: int) -> int:
    text = found.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 20) or not low <= int(text) <= high:  # noqa: PLR2004 digits
        raise _bad(f"{name} is not a number from {low} to {high}")
    return int(text)


def parse(text: str) -> OneTime:
    """Read an otpauth URI, or a bare base32 seed (SHA1, 6 digits, 30 s). Raises InvalidInputError."""
    text = text.strip()
    if len(text) > _MAX_URI:
        raise _bad("the address is too long")
    if not text.lower().startswith("otpauth:"):
        return OneTime(_seed(text), "SHA1", 6, 30, 0)
    try:
        parts = urlsplit(text)
        pairs = parse_qsl(parts.query, max_num_fields=50)
    except ValueError:
        raise _bad("the address is not well formed") from None
    found = {name.lower(): value for name, value in pairs}
    if len(found) != len(pairs):
        raise _bad("a parameter stands twice")
    if found.get("encoder", "").lower() == "steam" or found.get("issuer", "").lower() == "steam":
        raise _bad("Steam's codes are not supported")
    kind = parts.netloc.lower()
    if kind not in {"totp", "hotp"}:
        raise _bad("it is neither totp nor hotp")
    algorithm = found.get("algorithm", "SHA1").upper().replace("-", "")
    if algorithm not in _ALGORITHMS:
        raise _bad("the algorithm is not SHA1, SHA256 or SHA512")
    digits = _number(found, "digits", 6, 6, 8)
    if kind == "hotp":
        return OneTime(
            _seed(found.get("secret", "")), algorithm, digits, 0, _number(found, "counter", 0, 0, _MAX_COUNTER)
        )
    return OneTime(_seed(found.get("secret", "")), algorithm, digits, _number(found, "period", 30, 1, _MAX_PERIOD), 0)


def at_counter(wanted: OneTime, counter: int) -> str:
    """The code at a counter (RFC 4226, section 5.3)."""
    selftest.ensure_sound()
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 few sessions compute a code
    from cryptography.hazmat.primitives.twofactor.hotp import HOTP  # noqa: PLC0415 as above

    known: dict[str, type[hashes.SHA1 | hashes.SHA256 | hashes.SHA512]]
    known = {"SHA1": hashes.SHA1, "SHA256": hashes.SHA256, "SHA512": hashes.SHA512}
    # Seeds below 128 bits are accepted because services hand them out.
    hotp = HOTP(wanted.seed, wanted.digits, known[wanted.algorithm](), enforce_key_length=False)
    return hotp.generate(counter).decode()


def at_time(wanted: OneTime, now: float) -> tuple[str, int]:
    """The code at a time in seconds since 1970 and the seconds it is still good for (RFC 6238, section 4.2)."""
    steps = math.floor(now / wanted.period)
    return at_counter(wanted, max(0, steps)), max(1, math.ceil((steps + 1) * wanted.period - now))


def next_uri(text: str) -> str:
    """The same HOTP address with its counter moved on by one."""
    wanted = parse(text)
    parts = urlsplit(text.strip())
    pairs = [(name, value) for name, value in parse_qsl(parts.query) if name.lower() != "counter"]
    query = "&".join(f"{quote(name)}={quote(value, safe='')}" for name, value in pairs)
    return f"otpauth://hotp{parts.path}?{query}&counter={wanted.counter + 1}"

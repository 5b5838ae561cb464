"""Ways into a vault as plain data, and what answers like the engine's parts: for pictures and tests of the pages.

What runs over a real engine is in test_ways_engine.py.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from kvault_gui.engine.api import (
    Added,
    Availability,
    FactorInfo,
    Loss,
    Method,
    Progress,
    Secret,
    SlotInfo,
    Strength,
    Tested,
    TokenInfo,
    Ways,
    WayState,
)
from kvault_gui.engine.errors import KvaultError, LastWayError, NoSecondWayError
from kvault_gui.gui.dialogs.ways import WaysCalls
from kvault_gui.gui.prompter import WindowPrompter

if TYPE_CHECKING:
    from collections.abc import Callable

    from kvault_gui.engine.api import NewSlot

DAY = 86_400
SHARE = (
    "shadow pistol academic always adequate wildlife fancy gross oasis cylinder mustang wrist rescue view short owner "
    "flip making coding armed acid aviation beard alien unwrap grasp laser dive dress hazard satoshi isolate upgrade"
)


def _now() -> float:
    return float(int(time.time()) // DAY * DAY + 14 * 3_600 + 20 * 60 - DAY)


def password() -> SlotInfo:
    detail = "Argon2id, 64 MiB, 3 passes"
    factor = FactorInfo(Method.PASSWORD, detail, "As strong as the password is hard to guess")
    return SlotInfo(
        "aa", Method.PASSWORD, "Password", _now() - 90 * DAY, detail, reads_values=True, factors=[factor],
        last_used=_now(), current=True,
    )  # fmt: skip


def code() -> SlotInfo:
    factor = FactorInfo(Method.RECOVERY_CODE, "160 random bits", "Cannot be guessed")
    return SlotInfo(
        "bb", Method.RECOVERY_CODE, "Recovery code", _now() - 90 * DAY, "160 random bits", reads_values=True,
        factors=[factor],
    )  # fmt: skip


def token(*, name: str = "YubiKey 5C", ident: str = "cc", **more: Any) -> SlotInfo:
    factors = [
        FactorInfo(Method.PASSWORD, "Argon2id, 64 MiB, 3 passes", "As strong as the password is hard to guess"),
        FactorInfo(
            Method.FIDO2, "PIN and touch", "The key never leaves the token, which blocks after 8 wrong PINs", name
        ),
    ]
    return SlotInfo(
        ident, Method.PASSWORD, name, _now() - 30 * DAY, "", reads_values=True, factors=factors,
        last_used=_now() - 3 * DAY, **more,
    )  # fmt: skip


def tpm() -> SlotInfo:
    factor = FactorInfo(Method.TPM, "PIN, bound to PCR 0, 2, 4, 7", "Opens on this computer only", outdated=True)
    return SlotInfo(
        "dd", Method.TPM, "This laptop", _now() - 60 * DAY, "", reads_values=True, factors=[factor],
        last_used=_now() - DAY, carried=False,
    )  # fmt: skip


def shares(**more: Any) -> SlotInfo:
    factor = FactorInfo(Method.SHARES, "2 of 3 shares, set 7213", "Fewer than two shares tell nothing", need=2)
    return SlotInfo(
        "ee", Method.SHARES, "Family", _now() - 10 * DAY, "", reads_values=True, factors=[factor], **more
    )  # fmt: skip


def guest() -> SlotInfo:
    factor = FactorInfo(Method.PASSWORD, "Argon2id, 64 MiB, 3 passes", "As strong as the password is hard to guess")
    return SlotInfo(
        "ff", Method.PASSWORD, "Guest at the front desk", _now() - 2 * DAY, "", reads_values=False, factors=[factor],
        once=True, expires=_now() + 7 * DAY,
    )  # fmt: skip


def many() -> list[SlotInfo]:
    return [password(), code(), token(), tpm(), shares(), guest()]


YUBIKEY = TokenInfo(
    "pcsc:Yubico YubiKey", "YubiKey 5C NFC", "18452011",
    [Method.FIDO2, Method.CHALLENGE_RESPONSE, Method.PIV, Method.OPENPGP], "5.7.1",
)  # fmt: skip
NITROKEY = TokenInfo("hid:/dev/hidraw3", "Nitrokey 3", "", [Method.FIDO2], "1.8.0")
CHIP = TokenInfo("tpm", "TPM 2.0", "", [Method.TPM])
LIBRARY = "It needs python-pkcs11, which is not installed. Install it: “installers/run.sh --with-hardware”"
LOSSES = {
    "aa": ("The password", Method.PASSWORD, ["aa", "cc", "ff"]),
    "cc": ("YubiKey 5C", Method.FIDO2, ["cc"]),
    "bb": ("The recovery sheet", Method.RECOVERY_CODE, ["bb"]),
    "dd": ("This computer", Method.TPM, ["dd"]),
    "ee": ("The recovery shares", Method.SHARES, ["ee"]),
}


class SampleSlots:
    """Answers like ``client.slots``, from a list."""

    def __init__(self, slots: list[SlotInfo]) -> None:
        self.slots = slots
        self.calls: list[tuple[Any, ...]] = []
        self.fails: dict[str, KvaultError] = {}
        self.hold: asyncio.Event | None = None
        self.wanted: NewSlot | None = None

    async def _called(self, *call: Any) -> None:
        await asyncio.sleep(0)
        self.calls.append(call)
        error = self.fails.pop(call[0], None)
        if error is not None:
            raise error

    async def all(self) -> list[SlotInfo]:
        await asyncio.sleep(0)
        return list(self.slots)

    async def methods(self) -> list[Availability]:
        await asyncio.sleep(0)
        off = {Method.PKCS11: LIBRARY, Method.DEVICE: "The desktop's keyring is locked. Unlock it and try again"}
        return [
            Availability(method, method not in off, off.get(method, "")) for method in Method if method != Method.QUICK
        ]

    async def losses(self) -> list[Loss]:
        await asyncio.sleep(0)
        there = {slot.id for slot in self.slots}
        full = {slot.id: slot.label for slot in self.slots if slot.reads_values}
        found = []
        for ident, (thing, method, ends) in LOSSES.items():
            if ident in there:
                left = [each for each in full if each not in ends]
                words = "Nothing is left: everything in this vault would be lost."
                if left:
                    words = f"You still get in with {', or with '.join(full[each] for each in left)}."
                found.append(Loss(thing, method, [each for each in ends if each in there], left, words))
        return found

    async def remove(self, slot: str, sure: bool = False) -> None:  # noqa: FBT001, FBT002 as in the contract
        await self._called("remove", slot, sure)
        rest = [each for each in self.slots if each.id != slot]
        if not any(each.reads_values for each in rest):
            raise LastWayError(name=next(each.label for each in self.slots if each.id == slot))
        if len(rest) == 1 and not sure:
            raise NoSecondWayError(left=rest[0].label)
        self.slots = rest

    async def rename(self, slot: str, label: str) -> None:
        await self._called("rename", slot, label)

    async def limit(self, slot: str, once: bool, expires: float | None) -> None:  # noqa: FBT001 as in the contract
        await self._called("limit", slot, once, expires)

    async def test(self, slot: str, given: list[Any], *, on_progress: Callable[[Any], None]) -> Tested:
        await self._called("test", slot, given)
        on_progress(Progress(1, 2, "Waiting for the token"))
        if self.hold is not None:
            await self.hold.wait()
        return Tested(next(each for each in self.slots if each.id == slot), 1.24)

    async def reseal(self, slot: str, *, on_progress: Callable[[Any], None]) -> SlotInfo:
        await self._called("reseal", slot)
        on_progress(Progress(1, 1))
        return next(each for each in self.slots if each.id == slot)

    async def add(self, wanted: NewSlot, *, on_progress: Callable[[Any], None]) -> Added:
        self.wanted = wanted
        await self._called("add", wanted.label)
        on_progress(Progress(1, 2, "Waiting for the token"))
        if self.hold is not None:
            await self.hold.wait()
        factors = [FactorInfo(factor.method, "") for factor in wanted.factors]
        made = SlotInfo("99", factors[0].method, wanted.label, _now(), "", wanted.reads_values, factors)
        self.slots = [*self.slots, made]
        asked = {factor.method: factor for factor in wanted.factors}
        given: list[list[Secret]] = []
        if Method.SHARES in asked:
            given = [[Secret.of(SHARE) for _ in range(group.count)] for group in asked[Method.SHARES].groups]
        new_code = "K7QX-4MTR-9WHB-2VZC-8NPF-D3JY-6A1E-5SG0-7HHT" if Method.RECOVERY_CODE in asked else ""
        return Added(made, Secret.of(new_code) if new_code else None, given, "7213" if given else "")

    async def replace(self, slot: str, wanted: NewSlot, *, on_progress: Callable[[Any], None]) -> Added:
        added = await self.add(wanted, on_progress=on_progress)
        self.slots = [each for each in self.slots if each.id != slot]
        return added

    async def rotate_user_key(self, sure: bool = False, *, on_progress: Callable[[Any], None]) -> list[str]:  # noqa: FBT001, FBT002 as in the contract
        await self._called("rotate_user_key", sure)
        on_progress(Progress(1, 2))
        return []

    async def rotate_vault_key(self, sure: bool = False, *, on_progress: Callable[[Any], None]) -> list[str]:  # noqa: FBT001, FBT002 as in the contract
        await self._called("rotate_vault_key", sure)
        on_progress(Progress(1, 2, "Writing the new file"))
        if self.hold is not None:
            await self.hold.wait()
        return ["The old file is gone"]


class SampleTokens:
    """Answers like ``client.tokens``."""

    def __init__(self, tokens: list[TokenInfo], states: list[WayState] | None = None) -> None:
        self.tokens, self.states = tokens, states or []

    async def all(self, **_more: Any) -> list[TokenInfo]:
        await asyncio.sleep(0)
        return list(self.tokens)

    async def ways(self, _path: str, _others: list[str], **_more: Any) -> Ways:
        await asyncio.sleep(0)
        return Ways(list(self.states), list(self.tokens))

    async def module(self, path: str, **_more: Any) -> list[TokenInfo]:
        await asyncio.sleep(0)
        return [TokenInfo(f"pkcs11:{path}:1", "SoftHSM slot 0", "1", [Method.PKCS11])]


class SampleTools:
    """Answers like ``client.tools``."""

    async def strength(self, _secret: Secret) -> Strength:
        await asyncio.sleep(0)
        return Strength(70.0, 4, "")


PLUGGED = [WayState("cc", ready=True, token=YUBIKEY.id, name="YubiKey 5C NFC", retries=8, words="Ready")]


def calls(
    slots: list[SlotInfo], tokens: list[TokenInfo] | None = None, states: list[WayState] | None = None
) -> WaysCalls:
    """What the dialogs need, from plain data."""
    there = [YUBIKEY] if tokens is None else tokens
    return WaysCalls(
        SampleSlots(slots),  # type: ignore[arg-type]  # it answers alike
        SampleTokens(there, states if states is not None else PLUGGED),  # type: ignore[arg-type]  # as above
        SampleTools(),  # type: ignore[arg-type]  # as above
        WindowPrompter(),
        "/home/me/.kind/vault/personal",
        "Personal",
        lambda secret: secret.wipe(),
    )

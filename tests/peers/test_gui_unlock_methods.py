"""Every way in opens the vault at the unlock dialog, by mouse and keyboard: real engine, real and emulated parts.

``KVAULT_PICTURES=FOLDER`` (a folder that exists) keeps a picture of every step, light and dark.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine.api import Method, Verification
from kvault_gui.gui.dialogs.ways.forms_token import FidoForm
from tests.gui.conftest import look
from tests.peers.cards.ctap_nfc import FidoApplet
from tests.peers.parts import IN_READERS, OWNER, PINS, Parts, parts
from tests.peers.unlock_hands import Holder
from tests.peers.ways_window import NEW, NEW_KEY_FILE, House, add, close, house, ways_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from kvault_gui.gui.dialogs.ways.add import AddDialog
    from tests.gui.running import Running
    from tests.peers.cards.ctap import Authenticator

pytestmark = [pytest.mark.peer, pytest.mark.xdist_group("parts")]
__all__ = ["house", "look", "parts"]

HELD = [*IN_READERS, Method.PKCS11, Method.TPM, Method.DEVICE]
ALONE = [method for method in HELD if method is not Method.CHALLENGE_RESPONSE]
FIRST = PINS[Method.PASSWORD]


def enrol(house: House, *methods: Method) -> str:
    """A way in of these, on the parts; its id."""
    wanted = [house.parts.wanted(method) for method in methods]
    return house.parts.add("Mine", *wanted, folder=house.vault).slot


def asks(method: Method) -> list[str]:
    """What comes after the way in was chosen."""
    touch = ["touch"] if method in IN_READERS else []
    return ([method] if method in PINS else []) + touch


# --- alone and with a password ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ALONE)
def test_each_part_opens_the_vault_by_a_click_on_its_row(house: House, method: Method) -> None:
    slot = enrol(house, method)

    async def test(it: Running) -> None:
        holder = Holder(house.parts, it, house.pictures(f"unlock-{method}"))
        holder.clicks(await holder.sees(slot))
        session = await holder.opens()
        assert holder.asked == asks(method)
        assert len(session.tokens) == 1

    house.run(test)
    assert house.parts.untouched()


@pytest.mark.parametrize("method", HELD)
def test_a_password_and_then_each_part_open_the_vault_by_the_keyboard(house: House, method: Method) -> None:
    slot = enrol(house, Method.PASSWORD, method)

    async def test(it: Running) -> None:
        holder = Holder(house.parts, it, house.pictures(f"unlock-password-{method}"))
        row = await holder.sees(slot)
        assert row.row.title.startswith("Password + ")
        holder.presses_enter(row)
        await holder.types(FIRST, row.row.title.partition(" + ")[2])
        await holder.opens()
        assert holder.asked == asks(method)

    house.run(test)
    assert house.parts.untouched()


def test_a_password_that_stands_in_the_field_goes_to_the_row_that_is_clicked(house: House) -> None:
    slot = enrol(house, Method.PASSWORD, Method.PIV)

    async def test(it: Running) -> None:
        holder = Holder(house.parts, it, house.pictures("unlock-typed-before"))
        row = await holder.sees(slot)
        it.dialog.field.set_secret(bytearray(FIRST.encode()))
        holder.clicks(row)
        await holder.opens()
        assert holder.asked == asks(Method.PIV)

    house.run(test)


def test_a_password_that_comes_after_a_touch_is_asked_for_in_the_row(house: House) -> None:
    slot = enrol(house, Method.CHALLENGE_RESPONSE, Method.PASSWORD)

    async def test(it: Running) -> None:
        holder = Holder(house.parts, it, house.pictures("unlock-touch-password"))
        holder.clicks(await holder.sees(slot))
        await holder.opens()
        assert sorted(holder.asked) == [Method.PASSWORD, "touch"]

    house.run(test)


def test_three_things_that_must_all_be_given_open_the_vault(house: House) -> None:
    slot = enrol(house, Method.PASSWORD, Method.KEY_FILE, Method.FIDO2)

    async def test(it: Running) -> None:
        holder = Holder(house.parts, it, house.pictures("unlock-three"))
        holder.presses_enter(await holder.sees(slot))
        await holder.types(FIRST)
        await holder.opens()
        assert holder.asked == ["file", Method.FIDO2, "touch"]

    house.run(test)


# --- what is added in the window opens the vault at the dialog -------------------------------------------------------


class Added:
    """A way in that was added in the window, and what was kept of it."""

    def __init__(
        self, house: House, name: str, *methods: Method, choose: Callable[[AddDialog], None] | None = None
    ) -> None:
        self.house, self.name = house, name
        self.hands = house.hands(methods[-1], f"add-{name}")

        async def act(it: Running) -> None:
            dialog = await ways_of(it, OWNER)
            adding = await add(dialog, self.hands, *methods, choose=choose)
            slot = await close(dialog, adding)
            assert [factor.method for factor in slot.factors] == list(methods)
            self.slot, self.label = slot.id, slot.label
            dialog.accept()

        house.run(act)

    def holder(self, it: Running, step: str = "unlock") -> Holder:
        return Holder(self.house.parts, it, self.house.pictures(f"{step}-{self.name}"))


def test_a_new_password_and_a_new_key_file_open_the_vault(house: House) -> None:
    made = Added(house, "key-file", Method.PASSWORD, Method.KEY_FILE)

    async def test(it: Running) -> None:
        holder = made.holder(it)
        holder.file = house.folder / NEW_KEY_FILE
        holder.presses_enter(await holder.sees(made.slot))
        await holder.types(NEW, "Key file")
        await holder.opens()
        assert holder.asked == ["file"]

    house.run(test)


def test_a_new_password_opens_the_vault(house: House) -> None:
    made = Added(house, "password", Method.PASSWORD)

    async def test(it: Running) -> None:
        await made.holder(it).types(NEW, "Password")
        await made.holder(it).opens()

    house.run(test)


def test_a_new_recovery_code_opens_the_vault_from_other_ways(house: House) -> None:
    made = Added(house, "recovery-code", Method.RECOVERY_CODE)

    async def test(it: Running) -> None:
        holder = made.holder(it)
        await holder.chooses_other("Recovery code")
        await holder.types(made.hands.kept[0], "Recovery code")
        await holder.opens()

    house.run(test)


def test_new_recovery_shares_open_the_vault_from_other_ways(house: House) -> None:
    made = Added(house, "shares", Method.SHARES)

    async def test(it: Running) -> None:
        holder = made.holder(it)
        holder.shares = made.hands.kept[1:]
        await holder.chooses_other(f"{made.label} (2 needed)")
        await holder.opens()
        assert holder.asked == ["shares"]

    house.run(test)


def test_a_new_code_and_shares_together_open_the_vault_from_other_ways(house: House) -> None:
    made = Added(house, "shares-code", Method.SHARES, Method.RECOVERY_CODE)

    async def test(it: Running) -> None:
        holder = made.holder(it)
        holder.secrets[Method.RECOVERY_CODE], *shares = made.hands.kept
        holder.shares = shares[:2]
        await holder.chooses_other("Recovery shares + Recovery code")
        await holder.opens()
        assert holder.asked == ["shares", Method.RECOVERY_CODE]

    house.run(test)


def authenticator(parts: Parts) -> Authenticator:
    applet = parts.key.applets[Method.FIDO2]
    assert isinstance(applet, FidoApplet)
    return applet.authenticator


def fido(*, verification: Verification = Verification.PIN, resident: bool = False) -> Callable[[AddDialog], None]:
    """Choose these details of a token."""

    def choose(adding: AddDialog) -> None:
        (form,) = adding.details_page.forms
        assert isinstance(form, FidoForm)
        form.verification.setCurrentIndex(form.verification.findData(verification))
        form.resident.setChecked(resident)

    return choose


def test_a_finger_on_the_token_opens_the_vault_without_a_pin(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    token = authenticator(house.parts)
    monkeypatch.setattr(token.model, "fingerprint", True)
    made = Added(house, "built-in", Method.FIDO2, choose=fido(verification=Verification.BUILT_IN))
    assert "SecretDialog" not in made.hands.asked

    async def test(it: Running) -> None:
        holder = made.holder(it)
        holder.clicks(await holder.sees(made.slot))
        await holder.opens()
        assert set(holder.asked) == {"touch"}  # the finger, and that somebody is there

    house.run(test)


def test_a_credential_that_is_kept_on_the_token_opens_the_vault(house: House) -> None:
    token = authenticator(house.parts)
    before = {key for key, credential in token.credentials.items() if credential.resident}
    made = Added(house, "resident", Method.FIDO2, choose=fido(resident=True))
    assert len({key for key, credential in token.credentials.items() if credential.resident} - before) == 1

    async def test(it: Running) -> None:
        holder = made.holder(it)
        holder.clicks(await holder.sees(made.slot))
        await holder.opens()
        assert holder.asked == asks(Method.FIDO2)

    house.run(test)


# --- made anew -------------------------------------------------------------------------------------------------------


def test_a_chip_after_an_update_is_sealed_again_in_the_window_and_opens_the_vault(house: House) -> None:
    made = Added(house, "sealed", Method.TPM)
    house.parts.chip.extend(7)

    async def refused(it: Running) -> None:
        holder = made.holder(it, "changed")
        row = await holder.sees(made.slot)
        holder.clicks(row)
        await holder.gives()
        await holder.pictures.take(it.dialog, "refused")
        assert "eal" in row.sentences
        assert holder.asked == [], "no PIN is asked for in vain"

    async def sealed(it: Running) -> None:
        hands = house.hands(Method.TPM, "seal-again")
        dialog = await ways_of(it, OWNER)
        card = dialog.list_page.cards[made.slot]
        await hands.pictures.take(dialog, "list")
        assert card.renew is not None, "it is not offered where the person looks"
        card.renew.click()
        await hands.answer(dialog.ask, lambda: not dialog.is_busy())
        await hands.pictures.take(dialog, "sealed")
        assert "sealed again" in dialog.list_page.said.accessibleName()
        assert "SecretDialog" in hands.asked
        made.slot = dialog.slots[-1].id
        dialog.accept()

    async def opens(it: Running) -> None:
        holder = made.holder(it, "unlock")
        holder.clicks(await holder.sees(made.slot))
        await holder.opens()

    for act in (refused, sealed, opens):
        house.run(act)


def test_a_challenge_is_renewed_in_the_window_and_opens_the_vault(house: House) -> None:
    made = Added(house, "renewed", Method.PASSWORD, Method.CHALLENGE_RESPONSE)
    header = (house.vault / "vault.json").read_bytes()

    async def renewed(it: Running) -> None:
        hands = house.hands(Method.CHALLENGE_RESPONSE, "renew")
        dialog = await ways_of(it, OWNER)
        dialog.list_page.cards[made.slot].do("renew")
        await hands.answer(dialog.ask, lambda: not dialog.is_busy())
        await hands.pictures.take(dialog, "renewed")
        assert "made anew" in dialog.list_page.said.accessibleName()
        made.slot = dialog.slots[-1].id
        dialog.accept()

    async def opens(it: Running) -> None:
        holder = made.holder(it)
        holder.presses_enter(await holder.sees(made.slot))
        await holder.types(NEW)
        await holder.opens()

    house.run(renewed)
    assert (house.vault / "vault.json").read_bytes() != header
    house.run(opens)

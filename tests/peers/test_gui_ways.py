"""Every method that wants a part is added and tested in the window: real engine process, real and emulated parts.

``KVAULT_PICTURES=FOLDER`` (a folder that exists) keeps a picture of every step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine.api import Method
from kvault_gui.gui.dialogs.ways.add import AddDialog
from kvault_gui.gui.dialogs.ways.forms_token import TokenForm
from tests.gui.conftest import look
from tests.gui.stage import until
from tests.peers.parts import IN_READERS, OWNER, Parts, parts
from tests.peers.ways_window import House, add, close, house, try_it, ways_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from kvault_gui.gui.dialogs.ways import WaysDialog
    from tests.gui.running import Running

pytestmark = [pytest.mark.peer, pytest.mark.xdist_group("parts")]
__all__ = ["house", "look", "parts"]

HELD = [*IN_READERS, Method.PKCS11, Method.TPM, Method.DEVICE]
ALONE = [method for method in HELD if method is not Method.CHALLENGE_RESPONSE]


@pytest.fixture
def start(house: House) -> Callable[[Callable[[Running, WaysDialog], Awaitable[None]]], None]:
    """Run a test with the application at a copy of the prepared vault, unlocked, with Ways in open."""

    def go(test: Callable[[Running, WaysDialog], Awaitable[None]]) -> None:
        async def act(it: Running) -> None:
            dialog = await ways_of(it, OWNER)
            await test(it, dialog)
            dialog.accept()

        house.run(act)

    return go


@pytest.mark.parametrize("method", ALONE)
def test_each_method_is_added_and_tested_in_the_window(
    house: House, start: Callable[..., None], method: Method
) -> None:
    async def test(_it: Running, dialog: WaysDialog) -> None:
        hands = house.hands(method)
        adding = await add(dialog, hands, method)
        slot = await close(dialog, adding)
        assert [factor.method for factor in slot.factors] == [method]
        if method in IN_READERS:
            await until(lambda: slot.id in dialog.states, "nobody looked whether it is plugged in")
            assert dialog.states[slot.id].token
        await try_it(dialog, hands, slot.id)
        assert ("SecretDialog" in hands.asked) == (method is not Method.DEVICE)
        assert ("TouchDialog" in hands.asked) == (method in IN_READERS)

    start(test)


@pytest.mark.parametrize("method", HELD)
def test_each_method_is_added_together_with_a_password(
    house: House, start: Callable[..., None], method: Method
) -> None:
    async def test(it: Running, dialog: WaysDialog) -> None:
        hands = house.hands(method, f"password-{method}")
        adding = await add(dialog, hands, Method.PASSWORD, method)
        slot = await close(dialog, adding)
        assert [factor.method for factor in slot.factors] == [Method.PASSWORD, method]
        await try_it(dialog, hands, slot.id)
        assert it.application.client is not None

    start(test)


def test_pulling_a_token_is_seen_while_the_details_are_filled_in(parts: Parts, start: Callable[..., None]) -> None:
    async def test(_it: Running, dialog: WaysDialog) -> None:
        dialog.list_page.add.click()
        await until(lambda: isinstance(dialog.ask.current, AddDialog))
        adding = dialog.ask.current
        assert isinstance(adding, AddDialog)
        await until(lambda: adding.choose_page.buttons and adding.tokens, "no tokens")
        adding.choose_page.add(Method.OPENPGP)
        adding.next.click()
        form = adding.details_page.forms[0]
        assert isinstance(form, TokenForm)
        await until(lambda: form.token_id, "no card")
        parts._plug("openpgp", there=False)
        try:
            await until(lambda: not form.token_id, "the card is still offered")
            assert not adding.next.isEnabled()
        finally:
            parts._plug("openpgp", there=True)
        await until(lambda: form.token_id, "the card did not come back")
        assert adding.next.isEnabled()
        adding.reject()
        await until(lambda: dialog.ask.current is None and not dialog.is_busy())

    start(test)

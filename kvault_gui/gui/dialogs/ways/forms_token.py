"""The details of tokens and cards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QHBoxLayout, QLineEdit, QRadioButton, QWidget

from kvault_gui.engine.api import Method, NewFactor, Verification
from kvault_gui.engine.errors import KvaultError
from kvault_gui.gui import theme
from kvault_gui.gui.ask import words as error_words
from kvault_gui.gui.models import ways as words
from kvault_gui.gui.widgets.buttons import button
from kvault_gui.gui.widgets.labels import label

from .form import Form, Said, TokenChoice, combo

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kvault_gui.engine.api import TokenInfo
    from kvault_gui.gui.ask import Ask
    from kvault_gui.gui.tasks import Tasks
    from kvault_gui.runtime.proxy import Tokens


class TokenForm(Form):
    """A form that begins with the choice of a token."""

    def __init__(self, method: Method) -> None:
        super().__init__(method)
        self.choice = TokenChoice(method)
        self.choice.changed.connect(self.changed)
        self.column.addWidget(self.choice)
        self.column.addSpacing(theme.px(6))

    @property
    def token_id(self) -> str:
        """TokenInfo.id of the one that is chosen."""
        return self.choice.token.id if self.choice.token is not None else ""

    @property
    def is_complete(self) -> bool:
        """Whether a token that can be used is there."""
        return self.choice.token is not None

    @property
    def token_name(self) -> str:
        """Its name."""
        return self.choice.token.name if self.choice.token is not None else ""

    def show_tokens(self, tokens: Sequence[TokenInfo]) -> None:
        """Follow plugging and pulling."""
        self.choice.show_tokens(tokens)


class FidoForm(TokenForm):
    """How the token makes certain that it is you, and where the credential lies."""

    def __init__(self) -> None:
        super().__init__(Method.FIDO2)
        self.verification = combo(
            self.tr("How the token knows you"),
            [
                (self.tr("Its PIN, then a touch"), Verification.PIN),
                (self.tr("A fingerprint on the token"), Verification.BUILT_IN),
                (self.tr("A touch alone: whoever finds it can use it"), Verification.NONE),
            ],
        )
        self.resident = QCheckBox(self.tr("Keep the credential on the token"))
        said = self.tr("It takes one of the token's places and can be found there without this vault. Not needed.")
        self.resident.setAccessibleDescription(said)
        self.column.addWidget(label(self.tr("How the token knows you"), "label", "text2"))
        self.column.addWidget(self.verification)
        self.column.addSpacing(theme.px(6))
        self.column.addWidget(self.resident)
        note = label(said, "small", "text2", wrap=True)
        note.setIndent(theme.px(24))
        self.column.addWidget(note)

    def factor(self) -> NewFactor:
        """With verification and residence."""
        verification = Verification(self.verification.currentData())
        return NewFactor(
            self.method, token=self.token_id, verification=verification, resident=self.resident.isChecked()
        )


class ChallengeForm(TokenForm):
    """The slot that is set up, or a new secret in one of them."""

    def __init__(self) -> None:
        super().__init__(Method.CHALLENGE_RESPONSE)
        self.position = combo(
            self.tr("Slot of the YubiKey"),
            [
                (self.tr("The slot that is set up for HMAC-SHA1"), (0, False)),
                (self.tr("Slot 1, as it is set up"), (1, False)),
                (self.tr("Slot 2, as it is set up"), (2, False)),
                (self.tr("Set up a new secret in slot 1"), (1, True)),
                (self.tr("Set up a new secret in slot 2"), (2, True)),
            ],
        )
        self.touch = QCheckBox(self.tr("The slot wants a touch"))
        self.touch.setChecked(True)
        self._said = Said("warning-filled", "wait")
        self.column.addWidget(label(self.tr("Slot of the YubiKey"), "label", "text2"))
        self.column.addWidget(self.position)
        self.column.addWidget(self.touch)
        self.column.addWidget(self._said)
        self.position.currentIndexChanged.connect(self._changed)
        self._changed()

    def _changed(self) -> None:
        _position, make = self.position.currentData()
        self.touch.setVisible(make)
        text = self.tr("What is in that slot now is replaced. kvault asks before it does that.")
        self._said.say(text if make else "")
        self.changed.emit()

    def factor(self) -> NewFactor:
        """With the slot."""
        position, make = self.position.currentData()
        touch = make and self.touch.isChecked()
        return NewFactor(self.method, token=self.token_id, position=position, make=make, touch=touch)


class CardForm(TokenForm):
    """The key that is on the card, or a new one: PIV's slot 9d, OpenPGP's decryption key."""

    def __init__(self, method: Method) -> None:
        super().__init__(method)
        self.use = QRadioButton(self.tr("Use the key that is there"))
        self.make = QRadioButton(self.tr("Make a new key on it"))
        self.use.setChecked(True)
        self._group = QButtonGroup(self)
        kinds = [
            (self.tr("P-256, every card knows it"), "p256"),
            (self.tr("P-384"), "p384"),
            (self.tr("X25519, newer cards"), "x25519"),
            (self.tr("RSA 2048"), "rsa2048"),
            (self.tr("RSA 3072"), "rsa3072"),
            (self.tr("RSA 4096"), "rsa4096"),
        ]
        self.kind = combo(self.tr("Type of the new key"), kinds)
        self.touch = QCheckBox(self.tr("The key wants a touch"))
        self.touch.setChecked(True)
        self._said = Said("warning-filled", "wait")
        for part in (self.use, self.make):
            self._group.addButton(part)
            self.column.addWidget(part)
        self._new = (self.kind, self.touch, self._said)
        for each in self._new:
            self.column.addWidget(each)
        self.make.toggled.connect(self._changed)
        self._changed()

    def _changed(self) -> None:
        making = self.make.isChecked()
        self.kind.setVisible(making)
        self.touch.setVisible(making)
        what = (
            self.tr("The key in slot 9d is replaced: what was encrypted to it cannot be read any more.")
            if self.method is Method.PIV
            else self.tr("The decryption key is replaced: mail encrypted to it cannot be read any more.")
        )
        self._said.say(f"{what} {self.tr('kvault asks before it does that.')}" if making else "")
        self.changed.emit()

    def factor(self) -> NewFactor:
        """With the key."""
        if not self.make.isChecked():
            return NewFactor(self.method, token=self.token_id)
        kind = str(self.kind.currentData())
        return NewFactor(self.method, token=self.token_id, key=kind, make=True, touch=self.touch.isChecked())


class Pkcs11Form(Form):
    """A module, one of the tokens that it shows, and a key."""

    def __init__(self, tokens: Tokens, ask: Ask, tasks: Tasks) -> None:
        super().__init__(Method.PKCS11)
        self._tokens, self._ask, self._tasks = tokens, ask, tasks
        self._looked = ""
        self.module = QLineEdit()
        self.module.setAccessibleName(self.tr("PKCS#11 module"))
        self.module.setPlaceholderText("/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so")
        self.module.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.choose = button(self.tr("Choose…"), on_click=lambda: tasks.start(self._choose(), "module"))
        self.choose.setAccessibleName(self.tr("Choose the module"))
        self._said = Said()
        self.choice = TokenChoice(Method.PKCS11)
        self.make = QCheckBox(self.tr("Make a new key on it"))
        self.make.setChecked(True)
        self.key = QLineEdit()
        self.key.setAccessibleName(self.tr("Name of the key to use"))
        self.key.setPlaceholderText(self.tr("Empty: the one that is there"))
        self.column.addWidget(label(self.tr("PKCS#11 module, from the token's software"), "label", "text2"))
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addWidget(self.module, 1)
        row.addWidget(self.choose)
        self.column.addLayout(row)
        self.column.addWidget(self._said)
        self._key_name = label(self.tr("Name (label) of the key on it"), "label", "text2")
        self._more: tuple[QWidget, ...] = (self.choice, self.make)
        for part in (*self._more, self._key_name, self.key):
            self.column.addWidget(part)
            part.hide()
        self.make.toggled.connect(self._show_key)
        self.module.editingFinished.connect(self.look)
        self.choice.changed.connect(self.changed)
        self.key.textChanged.connect(self.changed)

    @property
    def is_complete(self) -> bool:
        """Whether a token was found."""
        return bool(self._looked) and self.choice.token is not None

    @property
    def token_name(self) -> str:
        """Its name."""
        return self.choice.token.name if self.choice.token is not None else ""

    def look(self) -> None:
        """Ask the module for its tokens."""
        path = self.module.text().strip()
        if path and path != self._looked:
            self._tasks.start(self._look(path), "look", "replace")

    async def _look(self, path: str) -> None:
        self._said.say(self.tr("Looking …"), "info", "text2")
        found: Sequence[TokenInfo] = []
        try:
            found = await self._tokens.module(path)
        except KvaultError as error:
            said = error_words(error)
            self._said.say(f"{words.sentence(said.what)} {said.advice}", "alert-circle-filled", "bad")
        else:
            self._looked = path
            self._said.say("" if found else self.tr("The module shows no token. Plug it in and try again."))
        self.choice.show_tokens(found)
        for part in self._more:
            part.setVisible(bool(found))
        self._show_key()
        self.changed.emit()

    def _show_key(self) -> None:
        for part in (self._key_name, self.key):
            part.setVisible(not self.make.isHidden() and not self.make.isChecked())

    async def _choose(self) -> None:
        kinds = self.tr("Modules (*.so);;All files (*)")
        path = await self._ask.open_file(self.tr("PKCS#11 module"), kinds, "/usr/lib")
        if path is not None:
            self.module.setText(path)
            self.look()

    def factor(self) -> NewFactor:
        """With module, token and key."""
        token, make = self.choice.token, self.make.isChecked()
        name = "" if make else self.key.text().strip()
        return NewFactor(self.method, file=self._looked, token=token.id if token else "", key=name, make=make)

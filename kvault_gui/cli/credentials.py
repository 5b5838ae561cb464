"""What the options give: to unlock the vault with, and as answers to later questions."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from kvault_gui.engine.api import AskConfirm, AskFile, AskSecret, AskShares, Credential, Given, Method, Secret
from kvault_gui.engine.errors import SlotNotFoundError, UsageError

from . import passwords

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable, Sequence

    from kvault_gui.engine.api import Question, SlotInfo

WITH_PIN = frozenset({Method.FIDO2, Method.PIV, Method.OPENPGP, Method.PKCS11, Method.TPM, Method.QUICK})
ON_TOKENS = frozenset(
    {Method.FIDO2, Method.CHALLENGE_RESPONSE, Method.PIV, Method.OPENPGP, Method.PKCS11, Method.TPM, Method.DEVICE}
)


def method_of(name: str) -> Method:
    """A method by its name on the command line, "challenge-response"."""
    return Method(name.replace("-", "_"))


def name_of(method: Method) -> str:
    """A method's name on the command line."""
    return method.value.replace("_", "-")


def absolute(path: str) -> str:
    """A path as the engine takes it; "" stays."""
    return os.path.abspath(os.path.expanduser(path)) if path else ""  # noqa: PTH100, PTH111 may be no Unicode


class Offered(NamedTuple):
    """What options give for one way in. ``pins`` and ``tokens``: those for which --with names no token."""

    given: list[Given]
    pins: list[Secret]
    tokens: list[str]

    @property
    def is_empty(self) -> bool:
        """Whether they give nothing at all."""
        return not (self.given or self.pins or self.tokens)


def offered(options: Namespace, prefix: str = "") -> Offered:
    """Read it all.

    Args:
        options: of the command.
        prefix: as in ``options.factors``; the vault's password and its recovery code are read without one alone.

    Raises:
        UsageError: it does not fit together, or cannot be read.
    """
    given = [Given(method_of(name)) for name in getattr(options, f"{prefix}with", [])]
    if not prefix:
        _take_secrets(options, given)
    shares = passwords.from_options(options, "shares", prefix)
    if shares is not None:
        _of(given, Method.SHARES, first=False).secret = shares
    key_file: str | None = getattr(options, f"{prefix}key_file", None)
    if key_file is not None:
        _of(given, Method.KEY_FILE, first=False).file = absolute(key_file)
    pins = [_pin(kind, source) for kind, source in getattr(options, f"{prefix}pins", [])]
    tokens: list[str] = list(getattr(options, f"{prefix}token", []))
    for each in given:
        if each.method in WITH_PIN and pins:
            each.secret = pins.pop(0)
        if each.method in ON_TOKENS and tokens:
            each.token = tokens.pop(0)
    return Offered(given, pins, tokens)


def _take_secrets(options: Namespace, given: list[Given]) -> None:
    password = passwords.from_options(options, "password")
    code = passwords.from_options(options, "recovery-code")
    if password is not None and code is not None:
        raise UsageError(reason="Give --password-fd or -file, or --recovery-code-fd or -file, not both")
    if password is not None:
        _of(given, Method.PASSWORD, first=True).secret = password
    if code is not None:
        _of(given, Method.RECOVERY_CODE, first=True).secret = code


def _of(given: list[Given], method: Method, *, first: bool) -> Given:
    """The place of that method among what is given, made if --with does not name it."""
    for each in given:
        if each.method is method:
            return each
    given.insert(0 if first else len(given), Given(method))
    return given[0 if first else -1]


def _pin(kind: str, source: int | str) -> Secret:
    found = passwords.from_descriptor(source, "pin") if isinstance(source, int) else passwords.from_file(source, "pin")
    if not found.value:
        raise UsageError(reason=f"--pin-{kind} gives no PIN")
    return found


def find(slots: Iterable[SlotInfo], name: str) -> SlotInfo:
    """The way in with that id or that name. Raises SlotNotFoundError."""
    slots = list(slots)
    for slot in slots:
        if slot.id == name:
            return slot
    for slot in slots:
        if slot.label == name:
            return slot
    raise SlotNotFoundError(name=name)


def needs_probe(options: Namespace, found: Offered) -> bool:
    """Whether ``credential`` has to know the ways into the vault."""
    return bool(getattr(options, "slot", "") or found.pins or found.tokens)


def credential(options: Namespace, found: Offered, slots: Sequence[SlotInfo]) -> Credential:
    """What opens the vault. ``slots``: the ways into it where ``needs_probe``.

    Raises SlotNotFoundError, and UsageError for a PIN or a token of which is not known what it is for.
    """
    name: str = getattr(options, "slot", "")
    chosen = find(slots, name) if name else None
    given = [*found.given, *_for_the_rest(found, [chosen] if chosen else slots)]
    if not given and chosen is not None:
        given = [Given(chosen.method)]
    if chosen is not None:
        asked = {factor.method for factor in chosen.factors} or {chosen.method}
        given.sort(key=lambda each: each.method not in asked)
    first = given[0]
    secret = Secret(bytearray()) if first.secret is None else first.secret
    return Credential(first.method, secret, chosen.id if chosen else "", first.file, first.token, given[1:])


def all_given(found: Offered, slot: SlotInfo, secret: Secret | None) -> list[Given]:
    """What is given for one way in; ``secret``: its password or recovery code. Raises UsageError."""
    given = [*found.given, *_for_the_rest(found, [slot])]
    asked = {factor.method for factor in slot.factors}
    if secret is not None:
        if not asked & {Method.PASSWORD, Method.RECOVERY_CODE}:
            raise UsageError(reason="That way in asks for no password and no recovery code")
        method = Method.PASSWORD if Method.PASSWORD in asked else Method.RECOVERY_CODE
        _of(given, method, first=True).secret = secret
    return given


def _for_the_rest(found: Offered, slots: Sequence[SlotInfo]) -> list[Given]:
    """PINs and tokens without --with: they are for the only method for which they can be."""
    if not (found.pins or found.tokens):
        return []
    named = {each.method for each in found.given}
    wanted = WITH_PIN if found.pins else ON_TOKENS
    fitting = {factor.method for slot in slots for factor in slot.factors} & wanted - named
    if len(fitting) != 1 or len(found.pins) > 1 or len(found.tokens) > 1:
        what = "PIN" if found.pins else "token"
        raise UsageError(reason=f"Say with --with METHOD what the {what} is for, or with --slot which way in is meant")
    (method,) = fitting
    return [Given(method, found.pins[0] if found.pins else None, token=found.tokens[0] if found.tokens else "")]


class Answers:
    """What options answer to the engine's questions; each only to the method that it is for.

    A PIN is given once: a second question may come from another token, or after a wrong PIN, and would cost a try.

    Args:
        given: by the options.
        admin: the admin PIN or management key of a card.
        yes: whether a key on a token may be replaced without asking.
        module: a PKCS#11 module that may be loaded.
    """

    def __init__(
        self, given: Iterable[Given] = (), admin: Secret | None = None, *, yes: bool = False, module: str = ""
    ) -> None:
        self._pins: dict[Method, list[Secret]] = {}
        self._secrets: dict[Method, Secret] = {}
        self._files: dict[Method, str] = {}
        self._new_pin: Secret | None = None  # of the TPM: asked for twice, and no try hangs on it
        self._admin, self._yes, self._module = admin, yes, os.path.realpath(module) if module else ""
        for each in given:
            if each.file:
                self._files[each.method] = each.file
            if each.secret is not None:
                # Copies: whoever is given one may wipe it.
                copy = Secret(bytearray(each.secret.value))
                if each.method in WITH_PIN:
                    self._pins.setdefault(each.method, []).append(copy)
                    self._new_pin = self._new_pin or (copy if each.method is Method.TPM else None)
                else:
                    self._secrets[each.method] = copy

    def kept(self) -> list[Given]:
        """What may be given again and again: all but PINs."""
        methods = [*self._secrets, *(method for method in self._files if method not in self._secrets)]
        return [Given(method, self._kept(method), self._files.get(method, "")) for method in methods]

    def to(self, question: Question) -> Secret | None:
        """The answer, or None if the options have none."""
        match question:
            case AskSecret():
                return self._secret(question)
            case AskFile() if question.method in self._files:
                return Secret(bytearray(os.fsencode(self._files[question.method])))
            case AskShares():
                return self._kept(Method.SHARES)
            case AskConfirm():
                named = bool(question.loads) and question.loads == self._module
                return Secret.of("yes") if named or (question.replaces and self._yes) else None
            case _:
                return None

    def _secret(self, question: AskSecret) -> Secret | None:
        if question.admin:
            found, self._admin = self._admin, None
            return found
        if question.method is None:  # to confirm an export: either will do
            return self._kept(Method.PASSWORD) or self._kept(Method.RECOVERY_CODE)
        if question.method is Method.TPM and question.retries is None and self._new_pin is not None:
            return Secret(bytearray(self._new_pin.value))
        pins = self._pins.get(question.method)
        if pins:
            return Secret(bytearray(pins.pop(0).value))
        # A new password is not the old one.
        return None if question.least else self._kept(question.method)

    def _kept(self, method: Method) -> Secret | None:
        found = self._secrets.get(method)
        return None if found is None else Secret(bytearray(found.value))

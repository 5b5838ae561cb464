"""slot: the ways into a vault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import slot_add, slot_change, slot_show
from .options import common, factors, number, secret_source

if TYPE_CHECKING:
    from .options import Commands, Parser

KEYS = ("rsa2048", "rsa3072", "rsa4096", "p256", "p384", "x25519")
_BEFORE = "What unlocks the vault with a token or shares stands before “slot”; what stands after it is for this way in."


def register(commands: Commands) -> None:
    """Add the commands."""
    group = commands.group("slot", "the ways into the vault")
    _show(group)
    _add(group)
    _change(group)


def _show(group: Commands) -> None:
    made = group.add("list", "what is enrolled", slot_show.show)
    made.add_argument(
        "--locked", action="store_true", help="without unlocking: what the header says, what is there now"
    )
    group.add("methods", "what can be enrolled on this computer", slot_show.methods, "Needs no vault.")
    more = "Needs no vault. With --module PATH those that a PKCS#11 module shows."
    group.add("tokens", "the tokens, cards and chips that are here now", slot_show.tokens, more)
    group.add("losses", "what happens if one thing is lost", slot_show.losses)


def _add(group: Commands) -> None:
    shared = common(whole=False)
    made = group.add("add", "add a way in", slot_add.add, f"It is tried once before it is written. {_BEFORE}", shared)
    made.add_argument("name", metavar="NAME", help="its name")
    _wanted(made)
    made = group.add(
        "replace", "put a new way in into the place of another one", slot_add.replace, _BEFORE, common(whole=False)
    )
    made.add_argument("name", metavar="NAME", help="name or id of the one that goes")
    made.add_argument("--name", dest="new_name", metavar="NEW", help="another name for the new one")
    _wanted(made)


def _wanted(made: Parser) -> None:
    """What a new way in is like."""
    factors(made, "its_", shares=False)
    secret_source(made, "new-password", "the password of the new way in")
    secret_source(made, "admin", "the admin PIN or management key of the card, for --make")
    add = made.add_argument
    add("--resident", action="store_true", help="FIDO2: a credential that is listed on the token")
    add("--verify", choices=("pin", "built-in", "none"), default="pin", help="FIDO2: what the token asks for")
    add("--position", type=number(1, 2), metavar="1|2", default=0, help="challenge-response: the YubiKey's slot")
    add(
        "--make",
        nargs="?",
        const="",
        choices=("", *KEYS),
        metavar="TYPE",
        help=f"make a key on the token ({', '.join(KEYS)}; else a usual one)",
    )
    add("--touch", action="store_true", help="the key that is made wants a touch")
    add("--key", metavar="LABEL", default="", help="PKCS#11: the key to use")
    add("--pcrs", metavar="0,7", help="TPM: bind to these PCRs")
    add("--tpm-pin", action="store_true", help="TPM: protect it with a PIN")
    add("--new-key-file", metavar="PATH", help="write a new key file")
    add("--shares", metavar="2of3", help="recovery shares: how many of how many")
    add("--group", action="append", metavar="2of3", default=[], help="a group of recovery shares")
    add("--groups", type=number(1, 16), metavar="N", help="how many groups are needed")
    add("--fingerprint", action="store_true", help="this device: ask for a finger first")
    add("--browse-only", action="store_true", help="it lists and searches, and reads no value")
    add("--once", action="store_true", help="it can be used once")
    add("--expires", metavar="DATE", help="its last day, or when it ends: 2026-11-30, 2026-11-30T12:00+01:00")
    add("--out", metavar="FILE", help="write the recovery code or the shares to a new file")
    add("--sheets", metavar="PDF", help="print the recovery shares into a new PDF file, a sheet each")
    add("--paper", choices=("A4", "Letter"), default="", help="for --sheets; else what is usual in the country")
    add("--yes", action="store_true", help="replace a key on the token without asking")


def _change(group: Commands) -> None:
    made = group.add("remove", "remove a way in", slot_change.remove, "Asks first.")
    _named(made)
    made.add_argument("--even-the-second", action="store_true", help="also if only one way in is left then")
    made.add_argument("--yes", action="store_true", help="do not ask")
    made = group.add("rename", "give a way in another name", slot_change.rename)
    _named(made)
    made.add_argument("new_name", metavar="NEW")
    made = group.add(
        "limit", "let a way in be used once, or until a time", slot_change.limit, "Binds the honest program only."
    )
    _named(made)
    often = made.add_mutually_exclusive_group()
    often.add_argument("--once", action="store_true", default=None, help="it can be used once more")
    often.add_argument("--always", dest="once", action="store_false", default=None, help="as often as wanted")
    made.add_argument(
        "--expires", metavar="DATE", help="its last day, or when it ends: 2026-11-30, 2026-11-30T12:00+01:00, or never"
    )
    made = group.add("test", "go through a way in as an unlock does", slot_change.test, _BEFORE, common(whole=False))
    _named(made)
    factors(made, "its_")
    secret_source(made, "its-secret", "its password or recovery code")
    made = group.add(
        "reseal", "enrol the same tokens anew, after an update", slot_change.reseal, _BEFORE, common(whole=False)
    )
    _named(made)
    factors(made, "its_")
    secret_source(made, "its-secret", "its password or recovery code")
    made = group.add("rotate", "make a new key for the vault; every way in is carried over", slot_change.rotate)
    made.add_argument("key", choices=("user-key", "vault-key"))
    made.add_argument("--sure", action="store_true", help="ways in that cannot be carried over may go")
    quick = group.group("quick", "unlock again by a PIN in this login session")
    quick.add("state", "whether it is ready", slot_show.quick, "Needs no password.")
    quick.add("forget", "forget what is kept", slot_change.forget, "Needs no password.")
    made = quick.add("remember", "keep the vault's keys for a time", slot_change.remember)
    made.add_argument("--minutes", type=number(1, 7 * 24 * 60), metavar="N", default=480, help="how long (480)")
    made.add_argument("--fingerprint", action="store_true", help="a finger instead of the PIN, or before it")
    secret_source(made, "new-pin", "the PIN that unlocks then")


def _named(made: Parser) -> None:
    made.add_argument("name", metavar="NAME", help="name or id of the way in")

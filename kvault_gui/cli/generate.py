"""generate: a random password or passphrase."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kvault_gui.engine.api import Recipe

from . import output, vaults
from .options import number

if TYPE_CHECKING:
    from argparse import Namespace

    from .options import Commands


def register(commands: Commands) -> None:
    """Add the command."""
    made = commands.add("generate", "make a random password or passphrase", generate, "Needs no vault.")
    add = made.add_argument
    add("--length", type=number(1, 1_000), default=20, metavar="N", help="so many characters (20)")
    add("--words", type=number(1, 100), default=0, metavar="N", help="a passphrase of so many words instead")
    add("--separator", default="-", help="between the words (-)")
    for name, what in (("lower", "small letters"), ("upper", "capitals"), ("digits", "digits"), ("symbols", "symbols")):
        add(f"--no-{name}", dest=name, action="store_false", help=f"without {what}")
    add("--no-lookalikes", action="store_true", help="without characters that look alike (0 O, 1 l I)")


def generate(options: Namespace) -> int:
    """Print it: this is what was asked for."""
    recipe = Recipe(
        length=options.length,
        lower=options.lower,
        upper=options.upper,
        digits=options.digits,
        symbols=options.symbols,
        unlike=options.no_lookalikes,
        words=options.words,
        separator=options.separator,
    )
    made = vaults.new_engine().tools.generate(recipe)
    if getattr(options, "json", False):
        output.json({"value": made.text()})
    else:
        made.value.extend(b"\n")
        output.bare(made.value)
    return 0

"""Random damage to good files: every outcome is an error of ours or the same content; never anything else.

The long run: ``pytest -m campaign tests/engine/formats/test_kdbx_mutations.py`` (see CONTRIBUTING.md).
"""

from __future__ import annotations

import random
from collections import Counter

import pytest

from kvault_gui.engine.errors import InternalError, KvaultError
from kvault_gui.engine.formats.model import (
    ForeignDatabase,
    ForeignEntry,
    ForeignField,
    ForeignFile,
    ForeignGroup,
    ForeignState,
    Role,
)
from tests.engine.formats.kdbx_build import document, entry_xml, header3, kdbx3, kdbx4, read, written


def sample() -> ForeignDatabase:
    root = ForeignGroup("11" * 16, "Root", created=0.0, changed=0.0)
    below = ForeignGroup("22" * 16, "Below", root, created=0.0, changed=0.0)
    fields = [ForeignField("Password", b"secret", protected=True, role=Role.PASSWORD), ForeignField("pin", b"1")]
    state = ForeignState(
        "Title", fields=fields, files=[ForeignFile("f", b"content")], tags=["t"], created=1.0, changed=2.0
    )
    return ForeignDatabase("db", root, [below], [ForeignEntry("33" * 16, below, state, [ForeignState("old")])])


GOOD = {
    "version 4": written(sample()),
    "version 4, plain": kdbx4(document(entry_xml("x", "<Tags>a</Tags>")), packed=False),
    "version 3": kdbx3(document(entry_xml("x", "<Tags>a</Tags>"))),
}


def mutate(data: bytes, dice: random.Random) -> bytes:
    """A few flips, cuts, repeats or other bytes; the rounds of a version 3 header stay, for they cost time."""
    changed = bytearray(data)
    for _ in range(dice.randint(1, 4)):
        at, size = dice.randrange(len(changed)), dice.randint(1, 16)
        match dice.randrange(5):
            case 0:
                changed[at] ^= 1 << dice.randrange(8)
            case 1:
                del changed[at : at + size]
            case 2:
                changed[at:at] = changed[at : at + size]
            case 3:
                changed[at : at + size] = dice.randbytes(len(changed[at : at + size]))
            case 4:
                del changed[max(at, 1) :]
        if not changed:
            changed = bytearray(b"\0")
    rounds = header3().index(b"\6\x08\0") + 3
    if bytes(changed[:12]) == data[:12] and data[:12] == header3()[:12]:
        changed[rounds : rounds + 8] = data[rounds : rounds + 8]
    return bytes(changed)


def run(seed: int, count: int) -> Counter[str]:
    dice, outcomes = random.Random(seed), Counter[str]()
    for name, good in GOOD.items():
        expected = read(good)
        for _ in range(count):
            damaged = mutate(good, dice)
            try:
                found = read(damaged)
            except KvaultError as error:
                outcomes[type(error).__name__] += 1
            else:
                outcomes["same"] += 1
                # CBC of version 3 has no authentication of its own, the blocks have: content is equal or refused.
                assert found == expected, f"{name}: other content after damage"
    assert not outcomes[InternalError.__name__]
    return outcomes


def test_damage_gives_an_error_of_ours_or_the_same_content() -> None:
    outcomes = run(20_261_124, 700)
    assert outcomes["FormatDamagedError"] > 500


@pytest.mark.campaign
@pytest.mark.timeout(3600)
def test_much_damage_gives_an_error_of_ours_or_the_same_content(request: pytest.FixtureRequest) -> None:
    if "campaign" not in str(request.config.getoption("markexpr")):
        pytest.skip("a long run: pytest -m campaign")
    run(random.SystemRandom().randrange(1 << 32), 100_000)

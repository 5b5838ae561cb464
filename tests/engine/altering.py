"""What somebody does to a header who can write the folder but has no key: parameters altered in every place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.engine.ways_kit import header_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.engine.ways_kit import Json

# What the next way in that opens says, once it has put the header back.
PUT_BACK = (
    "The header vault.json was changed by somebody who could not open the vault; "
    "it was put back from the copy in the database."
)


def slot_named(slots: list[Json], label: str) -> Json:
    """The way in of that name."""
    return next(slot for slot in slots if slot["label"] == label)


def slot_in(folder: Path, label: str) -> Json:
    """The way in of that name in a vault's header."""
    slots = header_of(folder)["slots"]
    assert isinstance(slots, list)
    return slot_named(slots, label)


def params_of(slot: Json, method: str) -> Json:
    """The parameters of one factor, as they stand in the header."""
    more = slot.get("more", [])
    assert isinstance(more, list)
    found = next(factor for factor in [slot, *more] if factor["method"] == method)
    params = found["params"]
    assert isinstance(params, dict)
    return params


def exchange(slot: Json, method: str, params: Json) -> None:
    """Put other parameters in their place."""
    found = params_of(slot, method)
    found.clear()
    found.update(params)


def alterations(params: Json, *, few: bool = False) -> Iterator[tuple[str, Json]]:
    """Parameters that differ in one place from those that are right; ``few``: two or three for each."""
    for name, value in params.items():
        others = _numbers(value) if isinstance(value, int) else _texts(str(value))
        for other in others[: 2 if few else None]:
            if other != value:
                yield f"{name} {other!r:.20}", {**params, name: other}
        yield f"{name} missing", {key: each for key, each in params.items() if key != name}
    yield "one more", {**params, "more": 1}


def _numbers(value: int) -> list[object]:
    return [value + 1, str(value), -1, 0]


def _texts(value: str) -> list[object]:
    flipped = value[:-1] + ("0" if value[-1:] != "0" else "1")
    return [flipped, "", value[: len(value) // 2], value + value, 0]

"""The registry is what the code does and what its page says."""

from __future__ import annotations

from pathlib import Path

import pytest

from kvault_gui.engine.crypto import registry
from kvault_gui.engine.errors import AlgorithmNotAllowedError

PAGE = Path(__file__).parents[3] / "resources/docs/algorithms.md"


def rows() -> list[list[str]]:
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("| ") and "---" not in line]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_page_shows_the_registry_row_by_row() -> None:
    head, *table = [row for row in rows() if len(row) == 6]
    assert head == ["Algorithm", "Purpose", "Parameters", "Status", "Standard", "Uses"]
    assert table == [
        [a.name, a.purpose, a.parameters, a.status, a.standard, ", ".join(a.uses)] for a in registry.ALGORITHMS.values()
    ]


def test_the_page_explains_every_status_and_every_use() -> None:
    explained = {row[0] for row in rows() if len(row) == 2}
    assert explained >= {a.status for a in registry.ALGORITHMS.values()}
    assert explained >= {use for a in registry.ALGORITHMS.values() for use in a.uses}


def test_what_is_read_only_makes_nothing_new() -> None:
    for algorithm in registry.ALGORITHMS.values():
        if algorithm.status == "read only":
            assert set(algorithm.uses) <= registry.READING, algorithm.name


def test_each_purpose_has_one_to_prefer() -> None:
    names = {a.name for a in registry.ALGORITHMS.values() if a.status == "preferred"}
    assert names >= {
        "AES-256-GCM",
        "X25519",
        "ML-KEM-768",
        "Ed25519",
        "SHA-256",
        "HMAC-SHA256",
        "HKDF-SHA256",
        "Argon2id",
    }


def test_require_lets_through_what_is_listed_and_nothing_else() -> None:
    assert registry.require("Ed25519", "sign").standard == "RFC 8032"
    assert registry.require("PBKDF2-SHA256", "derive").status == "read only"
    for name, use in [
        ("PBKDF2-SHA256", "enrol"),
        ("Argon2d", "enrol"),
        ("Ed25519", "seal"),
        ("RSA-2048-PSS", "sign"),
        ("AES-128-GCM", "seal"),
        ("", "seal"),
    ]:
        with pytest.raises(AlgorithmNotAllowedError) as caught:
            registry.require(name, use)  # type: ignore[arg-type]
        assert caught.value.fields == {"name": name, "use": use}
    with pytest.raises(AlgorithmNotAllowedError):
        registry.require("Ed25519", "generate", {"X25519"})

"""Fixtures of virtual cards; a test module imports those it uses: ``from tests.peers.cards.fixtures import cards``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.peers.cards.daemon import Service, shared_service
from tests.peers.cards.hid import Ports, usb_ports

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def cards() -> Iterator[Service]:
    """The service of this process, with empty slots before and after."""
    service = shared_service()
    service.empty()
    yield service
    service.empty()


@pytest.fixture
def ports(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ports]:
    """Emulated USB ports for FIDO tokens, in the place of /dev/hidraw*."""
    with usb_ports(monkeypatch) as emulated:
        yield emulated

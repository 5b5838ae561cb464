"""What the wizard needs of the engine, whichever engine that is: cancelling a creation replaces it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from kvault_gui.engine.errors import EngineGoneError

if TYPE_CHECKING:
    from collections.abc import Callable

    from kvault_gui.engine.api import Opened, Recipe, Secret, Strength
    from kvault_gui.runtime.client import EngineClient

    from .application import Application


class Making:
    """Makes a vault, and is the wizard's maker of passwords.

    Args:
        application: has the engine.
        ready: set while there is one.
        renew: called after a creation was cancelled: nothing but a new engine stops a key derivation.
    """

    def __init__(self, application: Application, ready: asyncio.Event, renew: Callable[[], object]) -> None:
        self._application, self._ready, self._renew = application, ready, renew

    async def _client(self) -> EngineClient:
        await self._ready.wait()
        client = self._application.client
        if client is None:
            raise EngineGoneError
        return client

    async def create(self, path: str, password: Secret) -> Opened:
        """See api.Vaults.create. Cancelling leaves no vault: what was begun is cleared by the next try."""
        client = await self._client()
        try:
            return await client.vaults.create(path, password)
        except asyncio.CancelledError:
            client.kill()
            self._renew()
            raise

    async def generate(self, recipe: Recipe) -> Secret:
        """See api.Tools.generate."""
        return await (await self._client()).tools.generate(recipe)

    async def strength(self, secret: Secret) -> Strength:
        """See api.Tools.strength."""
        return await (await self._client()).tools.strength(secret)

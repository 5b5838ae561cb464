"""The real engine in its process: what is stored survives closing and killing, and errors keep their words."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine import api
from kvault_gui.engine.errors import EngineGoneError, LockedError, VaultHeldError, WrongCredentialsError
from kvault_gui.runtime.client import EngineClient
from kvault_gui.runtime.spawn import spawn
from tests.runtime.border import Border

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

PASSWORD = "correct horse battery staple"


@contextlib.asynccontextmanager
async def engine() -> AsyncIterator[EngineClient]:
    made = Border(None)
    made.client = await EngineClient.attach(spawn("test"), made, made.on_event)
    try:
        yield made.client
    finally:
        await made.client.close()


def credential(password: str = PASSWORD) -> api.Credential:
    return api.Credential(api.Method.PASSWORD, api.Secret.of(password))


def entry(value: str) -> api.EntryInput:
    field = api.FieldInput("password", api.FieldType.SECRET, protected=True, value=api.Secret.of(value))
    return api.EntryInput(api.Kind.CREDENTIAL, "GitHub", "work", [field])


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("vaults") / "mine"

    async def make() -> None:
        async with engine() as client:
            await client.vaults.create(str(path), api.Secret.of(PASSWORD))

    asyncio.run(make())
    return path


def test_what_was_stored_is_there_after_closing(vault: Path) -> None:
    async def run() -> None:
        async with engine() as client:
            await client.vaults.unlock(str(vault), credential(), [])
            number = await client.secrets.create(entry("hunter2"))
        async with engine() as client:
            await client.vaults.unlock(str(vault), credential(), [])
            assert (await client.secrets.reveal(number, "password", api.Use.SHOW)).text() == "hunter2"
            verdict = await client.audit.verify()
            assert verdict.broken is None
            assert verdict.records > 0

    asyncio.run(run())


def test_what_was_acknowledged_is_there_after_a_kill(vault: Path) -> None:
    async def run() -> None:
        async with engine() as client:
            await client.vaults.unlock(str(vault), credential(), [])
            number = await client.secrets.create(entry("acknowledged"))
            os.kill(client.pid, signal.SIGKILL)
            with pytest.raises(EngineGoneError):
                await client.secrets.get(number)
        async with engine() as client:
            await client.vaults.unlock(str(vault), credential(), [])
            assert (await client.secrets.reveal(number, "password", api.Use.SHOW)).text() == "acknowledged"

    asyncio.run(run())


def test_errors_cross_the_border_as_what_they_are(vault: Path) -> None:
    async def run() -> None:
        async with engine() as client, engine() as other:
            with pytest.raises(LockedError):
                await client.secrets.get(1)
            with pytest.raises(WrongCredentialsError):
                await client.vaults.unlock(str(vault), credential("wrong"), [])
            await client.vaults.unlock(str(vault), credential(), [])
            with pytest.raises(VaultHeldError) as caught:
                await other.vaults.unlock(str(vault), credential(), [])
            assert "test" in str(caught.value.fields["holder"])

    asyncio.run(run())


def test_an_unlock_is_cancelled_by_killing_its_engine(vault: Path) -> None:
    async def run() -> None:
        async with engine() as client:
            unlocking = asyncio.create_task(client.vaults.unlock(str(vault), credential(), []))
            await asyncio.sleep(0)
            client.kill()
            with pytest.raises(EngineGoneError):
                await unlocking
        async with engine() as client:
            assert (await client.vaults.unlock(str(vault), credential(), [])).reads_values

    asyncio.run(run())


def test_what_is_plugged_in_is_told_once_the_ways_in_are_looked_at(vault: Path) -> None:
    async def run() -> None:
        made = Border(None)
        made.client = await EngineClient.attach(spawn("test"), made, made.on_event)
        try:
            await made.client.vaults.probe(str(vault))
            assert not made.events
            ways = await made.client.tokens.ways(str(vault), [])
            assert all(state.ready for state in ways.states)
            async with asyncio.timeout(10):
                while not any(isinstance(event, api.Plugged) for event in made.events):
                    await asyncio.sleep(0)
                    await made.client.vaults.probe(str(vault))
        finally:
            await made.client.close()

    asyncio.run(run())


def test_the_ways_in_are_managed_over_the_border(vault: Path) -> None:
    async def run() -> None:
        async with engine() as client:
            await client.vaults.unlock(str(vault), credential(), [])
            wanted = api.NewSlot("Second", [api.NewFactor(api.Method.PASSWORD, secret=api.Secret.of("another one"))])
            seen: list[api.Progress] = []
            added = await client.slots.add(wanted, on_progress=seen.append)
            tested = await client.slots.test(
                added.slot.id, [api.Given(api.Method.PASSWORD, api.Secret.of("another one"))]
            )
            assert tested.slot.id == added.slot.id
            await client.slots.remove(added.slot.id)
            assert len(await client.slots.all()) == 2
            assert not (await client.quick.state(str(vault))).ready

    asyncio.run(run())

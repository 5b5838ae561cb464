"""A panel that speaks StatusNotifier: the watcher and host of a desktop, on a private session bus.

Freedesktop's StatusNotifierItem (org.kde names) and com.canonical.dbusmenu, as far as a panel needs them.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

WATCHER, WATCHER_PATH = "org.kde.StatusNotifierWatcher", "/StatusNotifierWatcher"
ITEM, ITEM_PATH = "org.kde.StatusNotifierItem", "/StatusNotifierItem"
MENU = "com.canonical.dbusmenu"
PROPERTIES = "org.freedesktop.DBus.Properties"
LIMIT = 10  # seconds for a call


class Panel:
    """Knows the one item that registered with it."""

    def __init__(self, bus: MessageBus) -> None:
        self._bus = bus
        self.item = ""  # the unique bus name of who registered
        bus.add_message_handler(self._heard)

    def _heard(self, message: Message) -> Message | None:
        if message.message_type is not MessageType.METHOD_CALL or message.path != WATCHER_PATH:
            return None
        known = {"RegisteredStatusNotifierItems": Variant(signature="as", value=[self.item] if self.item else [])}
        known |= {
            "IsStatusNotifierHostRegistered": Variant(signature="b", value=True),
            "ProtocolVersion": Variant(signature="i", value=0),
        }
        if message.member == "RegisterStatusNotifierItem":
            self.item = message.sender or ""
            return Message.new_method_return(message)
        if message.interface == PROPERTIES and message.member == "Get":
            return Message.new_method_return(message, "v", [known[message.body[1]]])
        if message.interface == PROPERTIES and message.member == "GetAll":
            return Message.new_method_return(message, "a{sv}", [known])
        return Message.new_method_return(message)

    async def _call(self, path: str, interface: str, member: str, signature: str, *body: Any) -> list[Any]:
        message = Message(
            destination=self.item, path=path, interface=interface, member=member, signature=signature, body=list(body)
        )
        reply = await asyncio.wait_for(self._bus.call(message), LIMIT)
        assert reply is not None
        assert reply.message_type is MessageType.METHOD_RETURN, reply.body
        return list(reply.body)

    async def tell(self, name: str) -> Any:
        """A property of the item."""
        (found,) = await self._call(ITEM_PATH, PROPERTIES, "Get", "ss", ITEM, name)
        return found.value

    async def tool_tip(self) -> str:
        """What stands there when the pointer rests on it."""
        return str((await self.tell("ToolTip"))[2])

    async def press(self) -> None:
        """A click."""
        await self._call(ITEM_PATH, ITEM, "Activate", "ii", 0, 0)

    async def menu(self) -> dict[str, tuple[int, bool]]:
        """The entries of the menu: their numbers and whether they are possible."""
        path = await self.tell("Menu")
        await self._call(path, MENU, "AboutToShow", "i", 0)
        _revision, layout = await self._call(path, MENU, "GetLayout", "iias", 0, -1, [])
        found = {}
        for child in layout[2]:
            number, properties, _children = child.value
            if "label" in properties and properties.get("type") is None:
                enabled = properties["enabled"].value if "enabled" in properties else True
                found[properties["label"].value.replace("_", "")] = (number, enabled)
        return found

    async def choose(self, label: str) -> None:
        """Choose an entry of the menu."""
        number, enabled = (await self.menu())[label]
        assert enabled, f"{label} is not possible"
        none = Variant(signature="s", value="")
        await self._call(await self.tell("Menu"), MENU, "Event", "isvu", number, "clicked", none, 0)


@contextlib.asynccontextmanager
async def panel(address: str) -> AsyncIterator[Panel]:
    """A panel on that bus."""
    bus = await MessageBus(bus_address=address).connect()
    made = Panel(bus)
    await bus.request_name(WATCHER)
    await bus.request_name("org.kde.StatusNotifierHost-1")
    try:
        yield made
    finally:
        bus.disconnect()

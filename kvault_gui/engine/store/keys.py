"""The keys of the vault file, each derived from the vault key VK under a label of its own."""

from __future__ import annotations

from ..crypto.kdf import derive_hkdf

_LABEL = "kvault {} key v1"


class StoreKeys:
    """HKDF-SHA256(VK, salt = vault id, info = label); 32 bytes each (RFC 5869). Never printed."""

    __slots__ = ("audit", "backup", "head", "header_mac", "page", "set_hash", "sync")

    def __init__(self, vk: bytes, vault_id: bytes) -> None:
        def derive(name: str) -> bytes:
            return derive_hkdf(vk, salt=vault_id, info=_LABEL.format(name).encode())

        self.page = derive("page")
        self.header_mac = derive("header mac")
        self.head = derive("head")
        self.set_hash = derive("set hash")
        self.audit = derive("audit")
        self.backup = derive("backup")
        self.sync = derive("sync")

    @classmethod
    def derive(cls, vk: bytes, vault_id: bytes) -> StoreKeys:
        """The keys of the vault with these 16 bytes of id."""
        return cls(vk, vault_id)

    def __repr__(self) -> str:
        return "StoreKeys(…)"

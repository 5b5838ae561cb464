"""A second reader of the vault format, written from resources/docs/vault-format.md alone. Imports nothing of kvault.

python tests/reader/reader.py FOLDER < password        lists every entry with its values, after verifying everything
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import sys
import unicodedata
from pathlib import Path
from typing import Any

import apsw
import cbor2
from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NAMES = ("namespace", "entry", "version", "blob", "draft", "principal", "grant_", "identity", "namespace_key", "batch")
LATER = {11: "slot_key", 12: "user_key_link", 13: "old_vault_key", 126: "store_header_copy"}  # may be missing
TABLES = dict(enumerate(NAMES, 1)) | LATER | {127: "store_header"}
ENTRIES = "select id, uid, namespace, trashed, version from entry order by id"
BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MODULUS = 1 << 512


class BadVaultError(Exception):
    """What does not fit."""


def need(fits: object, what: str) -> None:
    """Go on only if it fits."""
    if not fits:
        raise BadVaultError(what)


def cbor(value: Any) -> bytes:
    """Deterministic CBOR (RFC 8949, 4.2.1): cbor2's, once the keys stand in the order of their encodings."""
    return cbor2.dumps(tidy(value))


def tidy(value: Any) -> Any:
    """The same with every map in order."""
    if isinstance(value, list):
        return [tidy(item) for item in value]
    if isinstance(value, dict):
        return {key: tidy(value[key]) for key in sorted(value, key=cbor2.dumps)}
    return value


def hkdf(key: bytes, salt: bytes, info: bytes, length: int = 32) -> bytes:
    """HKDF-SHA256 (RFC 5869)."""
    prk = hmac.digest(salt or bytes(32), key, "sha256")
    output, block = b"", b""
    for number in range(1, length // 32 + 2):
        block = hmac.digest(prk, block + info + bytes([number]), "sha256")
        output += block
    return output[:length]


def context(*parts: bytes) -> bytes:
    """Each part after its length."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def sha256(data: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(data).digest()


def unseal(key: bytes, box: bytes, aad: bytes) -> bytes:
    """AES-256-GCM with the nonce in front."""
    return AESGCM(key).decrypt(box[:12], box[12:], aad)


# --- header and slots ---


def read_header(folder: Path) -> tuple[dict[str, Any], bytes, bytes]:
    """The newest whole header, its line and its MAC."""
    found = []
    for name in ("vault.json", "vault.json.2"):
        lines = (folder / name).read_bytes().split(b"\n") if (folder / name).exists() else []
        if len(lines) == 4 and lines[1] == b"sha256 " + hashlib.sha256(lines[0]).hexdigest().encode():
            found.append((json.loads(lines[0]), lines[0], bytes.fromhex(lines[2].decode().split()[1])))
    need(found, "no header is whole")
    header, line, mac = max(found, key=lambda each: each[0]["generation"])
    need(header["format"] in (1, 2) and header["suite"] == 1, "a newer format")
    return header, line, mac


def method_output(factor: dict[str, Any], secret: str) -> bytes:
    """What a password or a recovery code gives for a factor."""
    params = factor["params"]
    if factor["method"] == "recovery_code":
        letters = secret.upper().translate(str.maketrans("OIL", "011", "- "))
        number = 0
        for letter in letters[:32]:
            number = number << 5 | BASE32.index(letter)
        return hkdf(number.to_bytes(20, "big"), b"", b"kvault recovery code v1")
    password, salt = unicodedata.normalize("NFC", secret).encode(), bytes.fromhex(params["salt"])
    if params["kdf"] == "pbkdf2-sha256":
        return hashlib.pbkdf2_hmac("sha256", password, salt, params["iterations"])
    cost = {"time_cost": params["iterations"], "memory_cost": params["memory_kib"], "parallelism": params["lanes"]}
    return hash_secret_raw(password, salt, hash_len=32, type=Type.ID, **cost)


def slot_kek(header: dict[str, Any], slot: dict[str, Any], given: dict[str, str]) -> bytes:
    """KEK, from all factors in order."""
    more = slot.get("more", [])
    factors = [context(f["method"].encode(), method_output(f, given[f["method"]])) for f in (slot, *more)]
    bound = [slot["method"], slot["label"], slot["created"], slot["params"]]
    if more:
        bound.append([[factor["method"], factor["params"]] for factor in more])
    info = context(b"kvault slot kek v1", bytes.fromhex(header["vault"]), slot["id"].encode(), sha256(cbor(bound)))
    return hkdf(b"".join(factors), bytes.fromhex(slot["salt"]), info)


def unlock(header: dict[str, Any], given: dict[str, str]) -> tuple[bytes, bytes | None]:
    """VK and UK from the slot that asks for exactly these methods and opens."""
    for slot in header["slots"]:
        if sorted([slot["method"], *(factor["method"] for factor in slot.get("more", []))]) != sorted(given):
            continue
        kek = slot_kek(header, slot, given)
        commitment = hkdf(kek, b"", b"kvault slot commitment v1")
        if not hmac.compare_digest(commitment, bytes.fromhex(slot["commitment"])):
            continue
        if slot.get("sealed"):
            return carried_keys(header, slot, hkdf(kek, b"", b"kvault slot key pair v1"))
        wrap = hkdf(kek, b"", b"kvault slot wrap v1")
        keys = []
        for what in ("vk", "uk"):
            box = slot["wrapped_" + what]
            aad = cbor([1, header["vault"], slot["id"], slot["method"], slot["params"], what])
            keys.append(None if box is None else unseal(wrap, bytes.fromhex(box), aad))
        assert keys[0] is not None
        return keys[0], keys[1]
    raise BadVaultError("no slot opens with this")


def carried_keys(header: dict[str, Any], slot: dict[str, Any], seed: bytes) -> tuple[bytes, bytes | None]:
    """VK and UK of a slot that a rotation carried over: HPKE to its X-Wing key, which is expanded from a seed."""
    expanded = hashlib.shake_256(seed).digest(96)
    mlkem = MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
    private = hpke.MLKEM768X25519PrivateKey(mlkem, X25519PrivateKey.from_private_bytes(expanded[64:]))
    reads = b"uk" if slot["wrapped_uk"] is not None else b""
    info = context(b"kvault slot sealed v1", bytes.fromhex(header["vault"]), slot["id"].encode(), reads)
    suite = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
    both = suite.decrypt(bytes.fromhex(slot["sealed"]), private, info)
    need(len(both) == (64 if reads else 32), "the keys of a slot")
    return both[:32], both[32:] or None


# --- the file ---


class Vault:
    """An open vault, everything verified."""

    connection: apsw.Connection | None = None

    def __init__(self, folder: Path, secret: str, method: str = "password", **more: str) -> None:
        self.lock = (folder / "lock").open("rb")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.header, line, mac = read_header(folder)
            self.id = bytes.fromhex(self.header["vault"])
            self.vk, self.uk = unlock(self.header, {method: secret, **more})
            need(hmac.digest(self.key("header mac"), line, "sha256") == mac, "the header is forged")
            self.connection = self.open(folder / self.header["database"])
            self.records = self.chain()
            self.judge(folder, hashlib.sha256(line).digest())
            self.set_hash()
            self.signatures = self.signed_heads()
        except BaseException:
            self.close()
            raise

    def open(self, path: Path) -> apsw.Connection:
        """The database, read with its log and left as it is."""
        need(path.read_bytes()[:16].hex() == self.header["database_salt"], "header and database do not belong together")
        connection = apsw.Connection(str(path))
        key = self.key("page").hex()
        for sql in ("cipher='aegis'", "algorithm='aegis-256'", f'key="raw:{key}"', "locking_mode=exclusive"):
            connection.execute("pragma " + sql).fetchall()
        connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        return connection

    def key(self, name: str) -> bytes:
        """A key of the file."""
        return hkdf(self.vk, self.id, f"kvault {name} key v1".encode())

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """A statement, drained."""
        assert self.connection is not None
        return self.connection.execute(sql, values).fetchall()

    def close(self) -> None:
        """Let go."""
        if self.connection is not None:
            self.connection.close()
        self.lock.close()

    def chain(self) -> list[list[Any]]:
        """Every record taken apart: [n, previous, commit, total, content, hash]."""
        found: list[list[Any]] = []
        previous, commit, ended = bytes(32), 0, True
        for number, data in self.rows("select n, record from store_record order by n"):
            record = cbor2.loads(data)
            need(cbor(record) == data and record[:2] == [number, previous] == [len(found) + 1, previous], "the chain")
            need(record[2] == commit + ended, "the commit numbers")
            previous, commit, ended = hashlib.sha256(data).digest(), record[2], record[3] is not None
            found.append([*record, previous])
        need(found and ended, "the last record")
        return found

    def judge(self, folder: Path, digest: bytes) -> None:
        """The head against database and header."""
        beside = self.header["database"].removeprefix("vault").removesuffix(".db")
        data = (folder / f"head{beside}").read_bytes()
        copies = [data[start : start + 128] for start in (0, 4096)]
        good = [
            c for c in copies if hmac.digest(self.key("head"), c[:96], "sha256") == c[96:] and c[:8] == b"kvhead1\0"
        ]
        need(good, "neither copy of the head verifies")
        newest = max(good)
        number, chain, generation = (
            int.from_bytes(newest[8:16], "big"),
            newest[16:48],
            int.from_bytes(newest[48:56], "big"),
        )
        commit = self.records[-1][2]
        last = [record[5] for record in self.records if record[2] == number][-1:]
        need(commit >= number, f"{number - commit} acknowledged changes are missing")
        need(commit <= number + 1, "the head is old")
        need(last == [chain], "another history")
        current = self.header["generation"]
        need(current == generation + 1 or (current == generation and digest == newest[56:88]), "the header is old")

    def set_hash(self) -> None:
        """Every bucket against its rows, and all against the newest record."""
        sums: dict[int, int] = {}
        there = {name for (name,) in self.rows("select name from sqlite_master")}
        for number, table in TABLES.items():
            if number in LATER and table not in there:
                continue
            for row in self.rows(f"select * from {table}"):  # noqa: S608 our own names
                data = cbor2.dumps([number, *row])
                found = hashlib.blake2b(data, key=self.key("set hash"), digest_size=64).digest()
                bucket = (number << 48) + row[0] // 256
                sums[bucket] = (sums.get(bucket, 0) + int.from_bytes(found, "big")) % MODULUS
        stored = {bucket: int.from_bytes(total, "big") for bucket, total in self.rows("select * from store_bucket")}
        need(stored == sums, "rows are from another time")
        need(
            sum(sums.values()) % MODULUS == int.from_bytes(self.records[-1][3], "big"), "the sums are from another time"
        )

    def signed_heads(self) -> int:
        """How many signed heads verify: all that there are."""
        keys = {row[1]: row for row in self.rows("select * from identity")}
        root, audit = (Ed25519PublicKey.from_public_bytes(keys[name][3]) for name in ("root", "audit"))
        root.verify(
            keys["audit"][5], cbor(["kvault: this key signs the audit log", self.id, "Ed25519", keys["audit"][3]])
        )
        count = 0
        for number, previous, _, _, content, _ in self.records:
            parts = cbor2.loads(content)
            if parts[2] == "audit.signed":
                said = parts[8]
                need((said["number"], said["hash"]) == (number - 1, previous.hex()), "a signed head")
                message = cbor(["kvault audit head v1", self.header["vault"], number - 1, previous])
                audit.verify(bytes.fromhex(said["signature"]), message)
                count += 1
        return count

    # --- values ---

    def namespace_key(self, uid: bytes, epoch: int) -> bytes:
        """NK."""
        need(self.uk, "this slot reads no values")
        ((box,),) = self.rows("select wrapped from namespace_key where namespace = ? and epoch = ?", uid, epoch)
        key = hkdf(self.uk or b"", box[:32], context(b"kvault namespace key v1", self.id, uid))
        return unseal(key, box[32:], cbor([1, self.id, uid, epoch]))

    def value(self, entry: bytes, field: list[Any]) -> bytes:
        """The value of a field."""
        name, _, _, size, plain, sealed, blob = field
        if plain is not None:
            return str(plain).encode()
        if blob is not None:
            return self.blob(entry, name, size, blob)
        space, epoch, version, form, salt, nonce, ciphertext = sealed
        key = hkdf(self.namespace_key(space, epoch), salt, context(b"kvault value v1", self.id, space, entry))
        return unseal(key, nonce + ciphertext, cbor([1, self.id, space, epoch, entry, version, name, form]))

    def blob(self, entry: bytes, name: str, size: int, number: int) -> bytes:
        """A large value."""
        (row,) = self.rows("select uid, digest, salt, namespace, epoch, version, type from blob where id = ?", number)
        uid, digest, salt, space, epoch, version, form = row
        data = b"".join(d for (d,) in self.rows("select data from chunk where blob = ? order by number", number))
        need(hashlib.sha256(data).digest() == digest, "a blob")
        key = hkdf(self.namespace_key(space, epoch), salt, context(b"kvault blob v1", self.id, space, uid))
        both = hkdf(key, data[4:36], b"kvault stream 1" + data[:4], 39)
        step = int.from_bytes(data[:4], "big") + 16
        segments = [data[start : start + step] for start in range(36, max(len(data), 37), step)]
        aad = cbor([1, self.id, space, epoch, entry, version, name, form, uid, size])
        nonces = [both[32:] + i.to_bytes(4, "big") + bytes([i + 1 == len(segments)]) for i in range(len(segments))]
        return b"".join(AESGCM(both[:32]).decrypt(nonces[i], part, aad) for i, part in enumerate(segments))

    def path(self, number: int) -> str:
        """The path of a namespace."""
        ((parent, name),) = self.rows("select parent, name from namespace where id = ?", number)
        above = "" if parent is None else self.path(parent)
        return f"{above}/{name}" if above else str(name)

    def entries(self) -> list[dict[str, Any]]:
        """Every entry with its values."""
        found = []
        for number, uid, space, trashed, version in self.rows(ENTRIES):
            ((body,),) = self.rows("select body from version where entry = ? and number = ?", number, version)
            state = cbor2.loads(body)
            values = {field[0]: self.value(uid, field) for field in state[3]}
            place = {"namespace": self.path(space), "trashed": bool(trashed)}
            found.append({"title": state[2], "kind": state[1], "fields": values, "tags": state[4], **place})
        return found


if __name__ == "__main__":
    opened = Vault(Path(sys.argv[1]), sys.stdin.readline().rstrip("\n"))
    for entry in opened.entries():
        print(entry)  # noqa: T201 a command
    print(f"{len(opened.records)} records and {opened.signatures} signed heads verify")  # noqa: T201 a command

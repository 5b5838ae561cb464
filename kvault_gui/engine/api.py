"""What crosses the border between the engine and everybody else: structs and the facade's shape.

Imports msgspec alone. Window, services and command line import this module and ``errors``, nothing else of the engine.
Times are seconds since 1970 UTC (float); sizes are bytes; ids of entries are row ids that never change.
"""

import enum
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol, TypeVar, cast

import msgspec

_T = TypeVar("_T")

MAX_TITLE = 1_000  # characters
MAX_FIELDS = 200  # an entry
MAX_VALUE = 1 << 20  # bytes of a text value
MAX_FILE = 64 << 20  # bytes of an attached file
PAGE = 256  # rows


class Secret(msgspec.Struct):
    """Bytes that are never printed. The one type in which a secret crosses the border."""

    value: bytearray

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    @classmethod
    def of(cls, text: str) -> "Secret":
        """Wrap text (UTF-8)."""
        return cls(bytearray(text.encode()))

    def text(self) -> str:
        """The value as text; raises UnicodeDecodeError for other bytes."""
        return self.value.decode()

    def wipe(self) -> None:
        """Overwrite the buffer. Copies made elsewhere end with their process."""
        self.value[:] = bytes(len(self.value))
        self.value.clear()


# --- entries ---------------------------------------------------------------------------------------------------------


class Kind(enum.StrEnum):
    """The specification's secret types, and notes."""

    CREDENTIAL = "credential"
    API_KEY = "api_key"
    CERTIFICATE = "certificate"
    SIGNING_KEY = "signing_key"
    NOTE = "note"


class FieldType(enum.StrEnum):
    """How a field is shown, checked and used."""

    TEXT = "text"
    SECRET = "secret"  # noqa: S105 the name of a type
    URL = "url"
    EMAIL = "email"
    DATE = "date"  # ISO 8601
    OTP = "otp"  # an otpauth:// URI (or a bare base32 seed)
    LONG = "long"  # several lines
    PEM = "pem"
    FILE = "file"


class Use(enum.StrEnum):
    """Why a value leaves the engine; written to the audit log."""

    SHOW = "show"
    COPY = "copy"
    EDIT = "edit"
    READ = "read"  # by a program
    EXPORT = "export"


class Field(msgspec.Struct, frozen=True):
    """A field as a list shows it. ``value`` is None while the field is protected: see Secrets.reveal."""

    name: str
    type: FieldType
    protected: bool
    value: str | None
    size: int = 0  # bytes of the value


class FieldInput(msgspec.Struct):
    """A field to store. ``value`` None keeps what is stored under that name."""

    name: str
    type: FieldType
    protected: bool
    value: Secret | None


class Row(msgspec.Struct, frozen=True, array_like=True):
    """One line of a list: what is needed to paint it, and its place in the order."""

    id: int
    kind: Kind
    title: str
    detail: str  # user name, service or subject
    namespace: int
    changed: float
    expires: float | None
    favourite: bool
    files: bool
    trashed: bool
    key: bytes  # its stored sort key


class Entry(msgspec.Struct, frozen=True):
    """An entry with all that may be seen without revealing a value."""

    id: int
    uid: str  # 32 hex digits, stable across renames, moves, export
    kind: Kind
    title: str
    namespace: int
    path: str  # of the namespace, "work/infra"
    fields: list[Field]
    tags: list[str]
    scope: list[str]  # "module:…", "service:…", "agent:…": whom it is meant for
    favourite: bool
    created: float
    changed: float
    expires: float | None
    trashed: bool
    version: int
    versions: int


class EntryInput(msgspec.Struct):
    """An entry to store. ``namespace`` is a path; missing parts are made. Field order is kept."""

    kind: Kind
    title: str
    namespace: str
    fields: list[FieldInput]
    tags: list[str] = []
    scope: list[str] = []
    favourite: bool = False
    expires: float | None = None


class Version(msgspec.Struct, frozen=True):
    """One stored state of an entry."""

    number: int
    time: float
    who: str
    changed: list[str]  # what differs from the version before: field names, "title", "tags", ...
    current: bool


class Order(enum.StrEnum):
    """Orders that stay fast at any size."""

    TITLE = "title"
    CHANGED = "changed"  # newest first


class View(msgspec.Struct, frozen=True):
    """Which entries a list shows. A namespace includes the ones below it."""

    namespace: int | None = None
    tag: str | None = None
    kind: Kind | None = None
    favourites: bool = False
    expiring: bool = False  # expired or expiring within 30 days
    trash: bool = False
    order: Order = Order.TITLE


class Place(msgspec.Struct, frozen=True, array_like=True):
    """A place in an order, from which a page is read."""

    key: bytes
    id: int


class Namespace(msgspec.Struct, frozen=True):
    """One node of the tree; ``count`` includes what is below it, without the trash."""

    id: int
    parent: int | None
    name: str
    path: str
    count: int


class Tag(msgspec.Struct, frozen=True):
    """A tag and how many entries bear it."""

    name: str
    count: int


class Overview(msgspec.Struct, frozen=True):
    """What the sidebar shows."""

    total: int
    favourites: int
    trashed: int
    expiring: int
    namespaces: list[Namespace]
    tags: list[Tag]


class Draft(msgspec.Struct):
    """An edit that was not stored: kept encrypted, offered again after unlocking. ``entry`` None is a new one."""

    entry: int | None
    base_version: int
    input: EntryInput
    time: float = 0.0


class Undone(msgspec.Struct, frozen=True):
    """What an undo took back; ``act`` is an audit action, ``title`` names its object."""

    act: str
    title: str
    count: int


# --- vault, unlocking ------------------------------------------------------------------------------------------------


class Method(enum.StrEnum):
    """Unlock methods: what one factor of a way in is."""

    PASSWORD = "password"  # noqa: S105 the name of a method
    RECOVERY_CODE = "recovery_code"
    KEY_FILE = "key_file"
    FIDO2 = "fido2"
    CHALLENGE_RESPONSE = "challenge_response"
    PIV = "piv"
    OPENPGP = "openpgp"
    PKCS11 = "pkcs11"
    TPM = "tpm"
    DEVICE = "device"
    SHARES = "shares"
    QUICK = "quick"  # no slot: what quick unlock keeps for this login session


class Given(msgspec.Struct):
    """What a person gives for one factor ahead of being asked.

    ``secret``: a password, a code, a PIN, or recovery shares one a line (UTF-8); ``file``: the path of a key file;
    ``token``: the id of the token to use (TokenInfo.id), "" the one that fits.
    """

    method: Method
    secret: Secret | None = None
    file: str = ""
    token: str = ""


class Credential(msgspec.Struct):
    """What a person gives to unlock.

    ``method`` and ``secret`` (empty for a token whose PIN is asked for) begin; ``slot`` names the one way in to try, ""
    tries every one that has the method. What else a way in needs is taken from ``more``, or asked through the Prompter.
    """

    method: Method
    secret: Secret
    slot: str = ""
    file: str = ""
    token: str = ""
    more: list[Given] = []


class FactorInfo(msgspec.Struct, frozen=True):
    """One factor of a way in, in words."""

    method: Method
    detail: str  # e.g. "Argon2id, 64 MiB, 3 passes", "YubiKey 5C, PIN and touch"
    strength: str = ""  # what it withstands, one sentence
    token: str = ""  # the enrolled token's name; "" for what is no token
    outdated: bool = False  # better parameters exist: it is replaced at unlock, or to be sealed again
    need: int = 0  # recovery shares that are needed (of the only group; else groups)


class SlotInfo(msgspec.Struct, frozen=True):
    """One way in. All its factors must be given, in this order."""

    id: str
    method: Method  # of the first factor
    label: str
    created: float
    detail: str  # e.g. "Argon2id, 64 MiB, 3 passes"
    reads_values: bool  # wraps UK as well
    factors: list[FactorInfo] = []
    last_used: float | None = None  # None: never, or not known before the vault is open
    once: bool = False
    expires: float | None = None
    carried: bool = True  # a rotation of keys can carry it over without its factors
    current: bool = False  # this session was opened with it


class Verification(enum.StrEnum):
    """How a FIDO2 token makes certain that it is its owner."""

    PIN = "pin"  # the token's PIN, or its own reader where it prefers that
    BUILT_IN = "built_in"  # fingerprint on the token
    NONE = "none"  # touch alone


class ShareGroup(msgspec.Struct, frozen=True):
    """A group of recovery shares: ``threshold`` of ``count`` (SLIP-39: 1 to 16)."""

    threshold: int
    count: int


class NewFactor(msgspec.Struct):
    """A factor to enrol. Which fields count depends on the method; the others stay at their defaults.

    ``secret``: the password; ``file``: a key file, or the PKCS#11 module's path; ``token``: TokenInfo.id, "" the only
    one that is there; ``key``: the key to make on a card ("rsa2048", "rsa3072", "rsa4096", "p256", "p384", "x25519"),
    PKCS#11: the label of a key to use; "" takes what is there; ``position``: the YubiKey's slot for challenge-response
    (1 or 2), 0 the one that is set up.
    """

    method: Method
    secret: Secret | None = None
    file: str = ""
    token: str = ""
    key: str = ""
    resident: bool = False  # FIDO2: a discoverable credential
    verification: Verification = Verification.PIN  # FIDO2
    position: int = 0  # challenge-response
    touch: bool = False  # PIV, OpenPGP and challenge-response: the key that is made wants a touch
    make: bool = False  # make a key on the token (replaces what is there: asked first) or write a new key file
    pin: bool = False  # TPM: protect with a PIN
    pcrs: list[int] = []  # TPM: bind to these PCRs (SHA-256 bank)
    biometrics: bool = False  # this device: ask for a fingerprint first
    groups: list[ShareGroup] = []  # recovery shares
    groups_needed: int = 1


class NewSlot(msgspec.Struct):
    """A way in to add."""

    label: str
    factors: list[NewFactor]
    reads_values: bool = True
    once: bool = False
    expires: float | None = None


class Added(msgspec.Struct):
    """A way in that was added, and what the person must keep."""

    slot: SlotInfo
    recovery_code: Secret | None = None
    shares: list[list[Secret]] = []  # by group: the words of each share
    set: str = ""  # the number of the set of shares, as printed
    notes: list[str] = []


class Tested(msgspec.Struct, frozen=True):
    """A way in that was tried and opens the vault. ``seconds`` that it took, the person's included."""

    slot: SlotInfo
    seconds: float
    notes: list[str] = []


class Loss(msgspec.Struct, frozen=True):
    """What happens if one thing is lost: a token, the computer, the memory of the password, the printed sheets."""

    thing: str  # in words: "YubiKey 5C", "The password", "This computer"
    method: Method
    lost: list[str]  # ids of the ways in that end with it
    left: list[str]  # ids of those that still open everything
    words: str  # one sentence that says so


class TokenInfo(msgspec.Struct, frozen=True):
    """A token, card or chip that is there now."""

    id: str  # "pcsc:<reader>", "hid:<path>", "tpm", "keyring", "pkcs11:<module>:<serial>"
    name: str  # "YubiKey 5C NFC"
    serial: str  # as printed on it, or ""
    methods: list[Method]  # what kvault can do with it
    firmware: str = ""
    problem: str = ""  # why it cannot be used, in words
    warnings: list[str] = []  # e.g. about a firmware with a known weakness


class Availability(msgspec.Struct, frozen=True):
    """Whether a method can be enrolled on this computer now; ``reason`` says why not and what to do."""

    method: Method
    ready: bool
    reason: str = ""


class WayState(msgspec.Struct, frozen=True):
    """Whether a way in can be used right now, as far as can be told without a touch or a PIN."""

    slot: str
    ready: bool
    token: str = ""  # id of the token that is plugged in and fits
    name: str = ""  # its name, also of one that is not plugged in
    retries: int | None = None  # PIN tries left
    words: str = ""  # "Ready", "Not plugged in", "PIN blocked", ...


class Ways(msgspec.Struct, frozen=True):
    """The ways into a vault and the tokens that are plugged in. ``notices``: about tokens that fit nowhere here."""

    states: list[WayState]
    tokens: list[TokenInfo]
    notices: list[str] = []


class QuickState(msgspec.Struct, frozen=True):
    """Quick unlock of one vault in this login session."""

    ready: bool
    until: float = 0.0  # seconds since 1970
    retries: int = 0
    biometrics: bool = False  # a fingerprint instead of the PIN
    pin: bool = True
    where: str = ""  # "TPM" or "desktop keyring"
    reason: str = ""  # why it cannot be used or set up, in words
    words: str = ""  # what it withstands, for the person who sets it up


class Attempt(msgspec.Struct, frozen=True):
    """A failed unlock, from the unverified ring beside the vault."""

    time: float
    method: str
    program: str


class Probe(msgspec.Struct, frozen=True):
    """What can be known of a vault without opening it."""

    path: str
    name: str
    vault: str  # id, 32 hex digits
    slots: list[SlotInfo]
    failures: list[Attempt]  # since the last successful unlock, oldest first
    holder: str | None  # "kvault (window), process 123" if another program holds it
    repaired: str | None  # what was mended or found odd, in words


class Opened(msgspec.Struct, frozen=True):
    """The result of create and unlock."""

    path: str
    name: str
    vault: str
    session: str
    recovery_code: Secret | None  # at creation only
    reads_values: bool
    notes: list[str]  # what the opening found and mended, in words
    drafts: int
    slot: str = ""  # id of the way in that opened it; "" for quick unlock
    tokens: list[str] = []  # ids of the tokens that took part: pulling one out may lock


class Accept(enum.StrEnum):
    """A finding that the person accepted, so that the vault opens all the same."""

    MISSING = "missing"  # ChangesMissingError
    HEAD = "head"  # HeadDamagedError, HeadOldError: everything is verified first


class Progress(msgspec.Struct, frozen=True, array_like=True):
    """How far a job is. ``total`` 0: not known."""

    done: int
    total: int
    what: str = ""


class CheckReport(msgspec.Struct, frozen=True):
    """The result of a full check. ``problems`` empty: everything verified."""

    rows: int
    records: int
    values: int
    problems: list[str]


class Recipe(msgspec.Struct, frozen=True):
    """What to generate: ``words`` > 0 a passphrase, otherwise ``length`` characters of the named classes."""

    length: int = 20
    lower: bool = True
    upper: bool = True
    digits: bool = True
    symbols: bool = True
    unlike: bool = False  # leave out characters that look alike
    words: int = 0
    separator: str = "-"


class Strength(msgspec.Struct, frozen=True):
    """An estimate of the guesses needed. ``score`` 0 to 4; ``warning`` in words, or empty."""

    bits: float
    score: int
    warning: str


class OneTimeCode(msgspec.Struct, frozen=True):
    """A one-time code; ``seconds`` left of ``period`` (both 0 for a counter)."""

    code: Secret
    seconds: int
    period: int


class TestResult(msgspec.Struct, frozen=True):
    """One known-answer test."""

    name: str
    standard: str
    passed: bool
    milliseconds: float


class ShareState(msgspec.Struct, frozen=True):
    """What is known of a set after one more share. ``missing`` 0: enough."""

    set: str
    group: int  # of this share, from 1
    number: int  # in its group, from 1
    missing: int
    words: str  # "2 of 3 shares of set 12345, one more is needed"


# --- audit -----------------------------------------------------------------------------------------------------------


class Outcome(enum.StrEnum):
    """How an audited act ended."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    BEGUN = "begun"  # written before the act; its outcome follows


class Category(enum.StrEnum):
    """What the audit pane filters by."""

    UNLOCK = "unlock"
    READ = "read"
    CHANGE = "change"
    TRUST = "trust"
    EXPORT = "export"  # export, import, backup
    SYSTEM = "system"


class Record(msgspec.Struct, frozen=True):
    """One audit record, decoded. ``action`` is a dotted name such as "secret.revealed"."""

    number: int
    time: float
    category: Category
    action: str
    outcome: Outcome
    who: str
    session: str
    object: str  # title or name at that time
    where: str  # "window", "command line, tty pts/1", ...
    details: dict[str, str | int]
    hash: str  # hex
    previous: str  # hex


class AuditFilter(msgspec.Struct, frozen=True):
    """Which records to list; text is matched against object, action, who and details."""

    category: Category | None = None
    outcome: Outcome | None = None
    who: str | None = None
    text: str = ""
    since: float | None = None
    until: float | None = None


class AuditSummary(msgspec.Struct, frozen=True):
    """The log at a glance."""

    records: int
    first: float
    today: int
    refused: int
    people: list[str]
    signed: int  # number of the last record under a signature
    failed: int = 0


class Verdict(msgspec.Struct, frozen=True):
    """What verification of the log found. ``broken`` is the first record that does not fit."""

    records: int
    seconds: float
    broken: int | None
    reason: str
    signatures: int


# --- import and export -----------------------------------------------------------------------------------------------


class SourceFormat(enum.StrEnum):
    """Files that can be read and written."""

    KDBX = "kdbx"
    CSV = "csv"


class Source(msgspec.Struct):
    """A foreign file and what opens it."""

    path: str
    format: SourceFormat | None = None  # None: told by its content
    password: Secret | None = None
    key_file: str | None = None
    columns: dict[int, str] | None = None  # CSV: column number -> field name ("title", "password", ..., "" to drop)


class Duplicates(enum.StrEnum):
    """What happens to an entry that the vault has already."""

    SKIP = "skip"
    BOTH = "both"
    REPLACE = "replace"  # as a new version of the one here


class ImportOptions(msgspec.Struct):
    """How to import. ``into`` is a namespace path below which everything is put ("" for the top)."""

    into: str = ""
    duplicates: Duplicates = Duplicates.SKIP
    history: bool = True
    recycle_bin: bool = True


class PreviewRow(msgspec.Struct, frozen=True):
    """One entry that would be imported."""

    title: str
    namespace: str
    kind: Kind
    detail: str
    fields: int
    duplicate: bool


class Preview(msgspec.Struct, frozen=True):
    """What an import would do. ``rows`` holds the first 200; the counts are of all."""

    format: str  # "KDBX 4.0, ChaCha20, Argon2d"
    entries: int
    namespaces: int
    duplicates: int
    files: int
    versions: int
    rows: list[PreviewRow]
    columns: list[str]  # CSV: the header cells
    mapping: dict[int, str]  # CSV: proposed columns
    dropped: list[str]  # what will not be carried, in words


class ImportSummary(msgspec.Struct, frozen=True):
    """What an import did. ``batch`` undoes it in one step."""

    batch: str
    added: int
    replaced: int
    skipped: int
    namespaces: int
    files: int
    versions: int
    dropped: list[str]


class ExportSummary(msgspec.Struct, frozen=True):
    """What an export wrote."""

    path: str
    entries: int
    dropped: list[str]


# --- events and questions --------------------------------------------------------------------------------------------


class Changed(msgspec.Struct, frozen=True, tag=True):
    """Entries, namespaces or tags changed; lists read again. ``entry`` None: many."""

    entry: int | None


class Recorded(msgspec.Struct, frozen=True, tag=True):
    """Audit records were appended; ``number`` is the newest."""

    number: int


class Found(msgspec.Struct, frozen=True, tag=True):
    """Background verification found damage: ``code`` and ``fields`` of the error."""

    code: str
    fields: dict[str, str | int]


class Plugged(msgspec.Struct, frozen=True, tag=True):
    """Tokens came or went. ``present``: the ids of those in USB ports and readers now; ``service`` False: no pcscd."""

    present: list[str]
    service: bool = True


Event = Changed | Recorded | Found | Plugged


class AskSecret(msgspec.Struct, frozen=True, tag=True):
    """A question for a password or PIN. ``retries`` None: not limited; 1: the last try, to be warned about."""

    title: str
    text: str
    retries: int | None = None
    method: Method | None = None  # whose secret it is
    token: str = ""  # name of the token whose PIN it is
    least: int = 0  # characters
    admin: bool = False  # the admin PIN or management key of a card: the PIN of every day must not be tried


class AskFile(msgspec.Struct, frozen=True, tag=True):
    """A question for a file's path."""

    title: str
    text: str
    method: Method | None = None


class AskShares(msgspec.Struct, frozen=True, tag=True):
    """A question for recovery shares: the answer is one share a line, checked one by one with Tools.check_share."""

    title: str
    set: str
    need: str  # in words: "2 of 3 shares"
    groups: list[ShareGroup]
    groups_needed: int


class AskTouch(msgspec.Struct, frozen=True, tag=True):
    """Please touch ``token``; withdrawn when it was touched, or cancelled by the person."""

    token: str  # its name
    seconds: int
    text: str = ""  # what blinks, and what the touch is for
    id: str = ""  # TokenInfo.id


class AskPlug(msgspec.Struct, frozen=True, tag=True):
    """Please plug in ``token`` (or pull it out and plug it in again); withdrawn when it is there."""

    token: str
    text: str
    seconds: int = 60
    again: bool = False


class AskChoice(msgspec.Struct, frozen=True, tag=True):
    """Choose one of ``choices``; the answer is its number as text."""

    title: str
    choices: list[str]


class AskConfirm(msgspec.Struct, frozen=True, tag=True):
    """A yes/no question; the answer is "yes" or nothing."""

    title: str
    text: str
    action: str  # the verb on the button
    replaces: bool = False  # a key on a token would be replaced: what "--yes" on the command line answers
    loads: str = ""  # the path of a program library that would be loaded: what "--module" there answers


Question = AskSecret | AskTouch | AskChoice | AskConfirm | AskPlug | AskFile | AskShares


class Prompter(Protocol):
    """Asks the person who sits there: dialogs in the window, the terminal in the command line, a script in tests."""

    def ask(self, question: Question) -> Secret:
        """The answer's bytes. Raises CancelledError. Not for AskTouch and AskPlug."""
        ...

    def during(self, request: AskTouch | AskPlug) -> AbstractContextManager[Callable[[], bool]]:
        """Show ``request`` while the block runs; what it gives tells whether the person has cancelled meanwhile."""
        ...


class OnToken(NamedTuple):
    """A step of a job that waits for a token or derives a key: it runs beside the vault's lane, on that token's own.

    It never leaves its process. ``work`` may ask through the Prompter and must not touch the open vault.
    """

    token: str  # which lane: TokenInfo.id, or "kdf"
    work: Callable[[], object]


Steps = Generator[Progress | OnToken, object, _T]  # a job that yields both; Protocols below show Progress alone


def on_token(token: str, work: Callable[[], _T]) -> Generator[Progress | OnToken, object, _T]:
    """Hand ``work`` to the lane of a token and wait for what it gives (with ``yield from``)."""
    return cast("_T", (yield OnToken(token, work)))


# --- the facade's shape ----------------------------------------------------------------------------------------------
# A method whose result is a Generator is a job: it yields Progress and returns its result; closing it cancels it.


class Vaults(Protocol):
    """Making, opening and closing a vault. The other parts raise LockedError before and after."""

    def create(self, path: str, password: Secret) -> Opened:
        """Make a vault in a new folder, with a password slot and a recovery-code slot, and open it.

        Raises VaultExistsError, FolderPermissionError, DiskFullError, InvalidInputError.
        """
        ...

    def probe(self, path: str) -> Probe:
        """What can be known without opening. Raises VaultNotFoundError, HeaderDamagedError, NewerFormatError."""
        ...

    def unlock(self, path: str, credential: Credential, accept: list[Accept]) -> Opened:
        """Open a vault; raises WrongCredentialsError, VaultHeldError, DamagedError and its kinds."""
        ...

    def close(self) -> None:
        """Finish, sign the log's head, checkpoint, let go. Idempotent."""
        ...

    def check(self) -> Generator[Progress, None, CheckReport]:
        """Verify every row, record and sealed value, and the pages."""
        ...


class Tools(Protocol):
    """What needs no vault."""

    def generate(self, recipe: Recipe) -> Secret:
        """A random password or passphrase. Raises InvalidInputError for an impossible recipe."""
        ...

    def strength(self, secret: Secret) -> Strength:
        """How hard it is to guess."""
        ...

    def selftest(self) -> list[TestResult]:
        """Run every known-answer test."""
        ...

    def scan(self, path: str) -> list[Secret]:
        """The texts of the QR codes in a picture file. Raises ImageError."""
        ...

    def share_words(self, prefix: str) -> list[str]:
        """The words of recovery shares that begin so (SLIP-39; at most 1,024)."""
        ...

    def check_share(self, share: Secret, given: list[Secret]) -> ShareState:
        """Read one share and compare it with those given before. Raises ShareError and its kinds."""
        ...


class Secrets(Protocol):
    """Entries."""

    def overview(self) -> Overview:
        """Counts, namespaces and tags."""
        ...

    def count(self, view: View) -> int:
        """How many entries the view has."""
        ...

    def places(self, view: View, step: int = PAGE) -> list[Place]:
        """The place of every ``step``-th entry in the view's order, beginning with the first."""
        ...

    def page(self, view: View, start: Place | None, limit: int = PAGE) -> list[Row]:
        """Rows from ``start`` on (inclusive; None: from the first)."""
        ...

    def search(self, query: str, view: View, limit: int = 50) -> list[Row]:
        """Entries whose title, user name, address or tags have words that begin with the query's words."""
        ...

    def get(self, entry: int) -> Entry:
        """One entry. Raises EntryNotFoundError."""
        ...

    def find(self, ref: str, trashed: bool = False) -> int:  # noqa: FBT001, FBT002 crosses the border by position
        """The id of "namespace/title" (or "namespace/title#ID"), outside the trash or, to restore it, in it.

        Raises EntryNotFoundError, AmbiguousNameError.
        """
        ...

    def reveal(self, entry: int, field: str, use: Use, version: int | None = None) -> Secret:
        """One value; audited. Raises FieldNotFoundError, ValueDamagedError, OldRowsError."""
        ...

    def code(self, entry: int, field: str) -> OneTimeCode:
        """The current one-time code of an OTP field (RFC 6238; RFC 4226 for a counter); audited once a session."""
        ...

    def create(self, entry: EntryInput) -> int:
        """Store a new entry and return its id."""
        ...

    def update(self, entry: int, base_version: int, new: EntryInput) -> int:
        """Store a new version and return its number. Raises ConflictError if ``base_version`` is not current."""
        ...

    def favourite(self, entry: int, on: bool) -> None:  # noqa: FBT001 the name says which
        """Mark or unmark; makes no version."""
        ...

    def move(self, entries: list[int], namespace: str) -> None:
        """Put entries into another namespace."""
        ...

    def trash(self, entries: list[int]) -> None:
        """Move to the trash."""
        ...

    def restore(self, entries: list[int]) -> None:
        """Bring back from the trash."""
        ...

    def delete(self, entries: list[int]) -> None:
        """Delete for ever; only from the trash."""
        ...

    def versions(self, entry: int) -> list[Version]:
        """The stored states, newest first."""
        ...

    def revert(self, entry: int, version: int) -> int:
        """Make an earlier version the current one again, as a new version; returns its number."""
        ...

    def undo(self) -> Undone:
        """Take back this session's last change. Raises NothingToUndoError."""
        ...


class Namespaces(Protocol):
    """The tree in which entries lie. Paths are names joined by "/" ("/" in a name is written %2F)."""

    def create(self, path: str) -> int:
        """Make a namespace and what is missing above it; returns its id."""
        ...

    def rename(self, namespace: int, name: str) -> None:
        """Give it another name. Re-seals nothing."""
        ...

    def move(self, namespace: int, parent: int | None) -> None:
        """Put it elsewhere. Raises InvalidInputError if that would close a circle."""
        ...

    def remove(self, namespace: int) -> None:
        """Remove it when it is empty, trash included. Raises InvalidInputError otherwise."""
        ...


class Drafts(Protocol):
    """Edits that were not stored."""

    def save(self, draft: Draft) -> None:
        """Keep it, sealed; replaces the draft of the same entry."""
        ...

    def all(self) -> list[Draft]:
        """What waits."""
        ...

    def discard(self, entry: int | None) -> None:
        """Forget the draft of that entry."""
        ...


class Audit(Protocol):
    """The tamper-evident log."""

    def page(self, wanted: AuditFilter, before: int | None, limit: int = PAGE) -> list[Record]:
        """Records newest first, from below number ``before``."""
        ...

    def summary(self) -> AuditSummary:
        """Counts for the pane."""
        ...

    def verify(self) -> Generator[Progress, None, Verdict]:
        """Verify the whole chain and its signatures."""
        ...

    def export(self, path: str) -> Generator[Progress, None, int]:
        """Write every record as JSON lines into a new file; returns how many."""
        ...

    def refused(self, program: str, act: str, object: str) -> None:  # noqa: A002 the record's word
        """Record that another program asked for an act and got nothing. ``program`` is shown as who asked."""
        ...


class Slots(Protocol):
    """Ways in. What changes one never rewrites the database."""

    def all(self) -> list[SlotInfo]:
        """What is enrolled."""
        ...

    def methods(self) -> list[Availability]:
        """Every method, and whether it can be enrolled on this computer now."""
        ...

    def add(self, wanted: NewSlot) -> Generator[Progress | OnToken, object, Added]:
        """Enrol and try it once, then write it. Asks for PIN, touch and what else it needs.

        Raises TokenError and its kinds, NotAloneError, SlotNameTakenError, TooManySlotsError, InvalidInputError.
        """
        ...

    def replace(self, slot: str, wanted: NewSlot) -> Generator[Progress | OnToken, object, Added]:
        """Add ``wanted`` and remove ``slot`` in one header change."""
        ...

    def remove(self, slot: str, sure: bool = False) -> None:  # noqa: FBT001, FBT002 crosses the border by position
        """Remove a way in. Raises LastWayError always, NoSecondWayError unless ``sure``, SlotNotFoundError."""
        ...

    def rename(self, slot: str, label: str) -> None:
        """Give it another name. Raises SlotNameTakenError, SlotNotFoundError."""
        ...

    def limit(self, slot: str, once: bool, expires: float | None) -> None:  # noqa: FBT001 crosses the border by position
        """Let it be used once, or until a time; binds the honest program only. Raises LastWayError."""
        ...

    def test(self, slot: str, given: list[Given]) -> Generator[Progress | OnToken, object, Tested]:
        """Go through the whole way in as an unlock does, and compare what it opens with this vault."""
        ...

    def reseal(self, slot: str) -> Generator[Progress | OnToken, object, SlotInfo]:
        """Enrol the same factors anew with the same tokens: after a firmware update, or with a new challenge."""
        ...

    def losses(self) -> list[Loss]:
        """What happens if I lose ..."""
        ...

    def rotate_user_key(self, sure: bool = False) -> Generator[Progress | OnToken, object, list[str]]:  # noqa: FBT001, FBT002 as above
        """A new user key; every way in is carried over. Returns notes. Raises WaysNotCarriedError unless ``sure``."""
        ...

    def rotate_vault_key(self, sure: bool = False) -> Generator[Progress | OnToken, object, list[str]]:  # noqa: FBT001, FBT002 as above
        """A new vault key in a new file, switched by one header replacement; closing the job changes nothing."""
        ...


class Tokens(Protocol):
    """What is plugged in. Needs no open vault."""

    def all(self) -> Generator[Progress | OnToken, object, list[TokenInfo]]:
        """Every token, card and chip that can be found now."""
        ...

    def ways(self, path: str, others: list[str]) -> Generator[Progress | OnToken, object, Ways]:
        """How the ways into a vault stand, without a touch or a PIN; ``others``: paths of other vaults, for notices."""
        ...

    def module(self, path: str) -> Generator[Progress | OnToken, object, list[TokenInfo]]:
        """The tokens that a PKCS#11 module shows. Raises ModuleError."""
        ...


class Quick(Protocol):
    """Quick unlock in this login session. The vault must be open to set it up; asking and forgetting need no vault."""

    def state(self, path: str) -> QuickState:
        """Whether a PIN or a finger opens the vault at ``path`` now."""
        ...

    def remember(self, pin: Secret | None, seconds: int, biometrics: bool) -> QuickState:  # noqa: FBT001 as above
        """Keep the open vault's keys for ``seconds``, sealed to the TPM or in the desktop's keyring.

        ``pin`` None: none. Raises InvalidInputError for a PIN that is too short or none without ``biometrics``,
        KeyringError and TpmError and their kinds.
        """
        ...

    def forget(self, path: str) -> None:
        """Forget what is kept for that vault. Idempotent."""
        ...


class Formats(Protocol):
    """Import and export."""

    def preview(self, source: Source, options: ImportOptions) -> Generator[Progress, None, Preview]:
        """Read everything, change nothing."""
        ...

    def load(self, source: Source, options: ImportOptions) -> Generator[Progress, None, ImportSummary]:
        """Import. Closing the job takes back what it stored."""
        ...

    def undo(self, batch: str) -> Generator[Progress, None, int]:
        """Take back an import; returns how many entries went. Entries changed since then stay, in words."""
        ...

    def save(
        self, path: str, form: SourceFormat, password: Secret | None
    ) -> Generator[Progress | OnToken, object, ExportSummary]:
        """Export everything into a new file; asks for the owner's unlock method through the Prompter."""
        ...


class Engine(Protocol):
    """The facade: one object, its parts."""

    vaults: Vaults
    tools: Tools
    secrets: Secrets
    namespaces: Namespaces
    drafts: Drafts
    audit: Audit
    slots: Slots
    tokens: Tokens
    quick: Quick
    formats: Formats

"""What can go wrong with the ways into a vault: slots, factors that a person types or keeps, quick unlock."""

from __future__ import annotations

from .base import CancelledError, DamagedError, KvaultError, NotFoundError, NotPermittedError, WrongCredentialsError


class SlotNotFoundError(NotFoundError):
    """No slot of that id or name."""

    code = "slot-not-found"
    what = "There is no way in called {name}"
    advice = "“kvault slot list” and the window's Ways in show what there is."


class SlotNameTakenError(KvaultError):
    """Two ways in may not bear the same name."""

    code = "slot-name-taken"
    what = "There is a way in called {name} already"
    advice = "Choose another name."


class TooManySlotsError(KvaultError):
    """The header is full."""

    code = "too-many-slots"
    what = "A vault has at most {limit} ways in"
    advice = "Remove one that you do not use."


class LastWayError(NotPermittedError):
    """The last way in that opens everything cannot be removed."""

    code = "last-way"
    exit_code = 1
    what = "{name} is the last way into this vault"
    meaning = "Without it nobody could ever open the vault again. It was not removed."
    advice = "Add another way in first."


class NoSecondWayError(NotPermittedError):
    """The change would leave a person without a second way. Done all the same when told twice. ``left`` names it."""

    code = "no-second-way"
    exit_code = 1
    what = "After this, {left} is the only way into the vault"
    meaning = "If that is lost or fails, everything in the vault is lost."
    advice = "Add a recovery code or recovery shares first, or say twice that you want it."


class SlotExpiredError(WrongCredentialsError):
    """A way in whose time is over. kvault keeps to it; a copy of the header in other hands does not."""

    code = "slot-expired"
    what = "The way in “{name}” ended on {date}"
    meaning = "Its owner gave it an end. The vault itself is fine."
    advice = "Use another way in."


class SlotAlteredError(DamagedError):
    """The factors answered, and still the slot does not open: its entry in the header was altered, or moved there."""

    code = "slot-altered"
    what = "The way in “{name}” does not open, though its token answered"
    meaning = "Its entry in the header was altered or belongs to another vault. The other ways in are not affected."
    advice = "Unlock in another way, then remove this way in and add it anew."


class NobodyToAskError(CancelledError):
    """Something is needed that was not given, and no person is there to be asked. ``question`` is what was asked."""

    code = "nobody-to-ask"
    exit_code = 4
    what = "Nobody can be asked: {question}"
    advice = "Give it with an option, or run kvault in a terminal."


class NotAloneError(KvaultError):
    """A method that must be combined with another one."""

    code = "not-alone"
    what = "{method} cannot be the only thing that a way in asks for"
    meaning = "Whoever finds or copies it could open the vault."
    advice = "Combine it with a password."


# --- key files -------------------------------------------------------------------------------------------------------


class KeyFileError(WrongCredentialsError):
    """A file that is no key file, or cannot be read."""

    code = "key-file"
    what = "The key file {name} cannot be used: {reason}"
    advice = "Choose the file that was made for this vault."


class KeyFileDamagedError(KeyFileError):
    """A key file that was cut or changed: it says itself that it is not whole."""

    code = "key-file-damaged"
    what = "The key file {name} is damaged: {reason}"
    advice = "Take another copy of it."


class WrongKeyFileError(WrongCredentialsError):
    """Password or key file is the wrong one; which of them is not known, so that nobody can test them apart."""

    code = "wrong-key-file"
    what = "Wrong password or wrong key file"
    advice = "Check both and try again."


# --- recovery shares -------------------------------------------------------------------------------------------------


class ShareError(WrongCredentialsError):
    """A recovery share that does not fit."""

    code = "share"
    what = "This is not a recovery share: {reason}"
    advice = "Compare it with its sheet, word by word."


class ShareWordError(ShareError):
    """A word that is in no list. ``number`` counts from 1; ``word`` is what was typed; ``near`` what it may be."""

    code = "share-word"
    what = "Word {number}, “{word}”, is not a word of recovery shares"
    meaning = "The nearest one is “{near}”."


class ShareChecksumError(ShareError):
    """Every word exists and the checksum does not fit; ``number`` and ``near``: the one word that would mend it."""

    code = "share-checksum"
    what = "A word of this share is wrong: probably word {number}, “{word}”"
    meaning = "“{near}” would fit there."


class ShareGarbledError(ShareError):
    """The checksum does not fit, and more than one word is wrong."""

    code = "share-garbled"
    what = "Several words of this share are wrong or swapped"
    meaning = "Its checksum does not fit, and no single word would mend it."


class ShareOtherError(ShareError):
    """A share of another set; ``set`` is the set's number on the sheet."""

    code = "share-other"
    what = "This share belongs to another set ({set})"
    meaning = "All shares must bear the same number."
    advice = "Look for the sheets of set {wanted}."


class ShareTwiceError(ShareError):
    """The same share again."""

    code = "share-twice"
    what = "This share was given already"
    advice = "Give a different one."


class SharesTooFewError(ShareError):
    """Not enough shares; ``count`` more are needed."""

    code = "shares-too-few"
    what = "{count} more shares are needed"
    what_one = "One more share is needed"
    meaning = "{given} were given. Fewer than needed tell nothing about the vault."
    advice = "Collect the other sheets."


# --- QR codes --------------------------------------------------------------------------------------------------------


class ImageError(KvaultError):
    """A picture that cannot be read, or in which there is no QR code."""

    code = "image"
    what = "{name} cannot be used: {reason}"
    advice = "Take a sharper picture, with the whole code on it."


# --- quick unlock ----------------------------------------------------------------------------------------------------


class QuickUnlockOverError(WrongCredentialsError):
    """Quick unlock is over: its time, its tries, or the login session."""

    code = "quick-over"
    what = "Quick unlock is over: {reason}"
    meaning = "The vault itself is fine."
    advice = "Unlock in full. Quick unlock can be set up again then."


class WrongQuickPinError(WrongCredentialsError):
    """A wrong PIN of quick unlock; ``count`` tries are left."""

    code = "wrong-quick-pin"
    what = "Wrong PIN; {count} tries are left"
    what_one = "Wrong PIN; one try is left"
    meaning = "After the last one the vault must be unlocked in full."
    advice = "Try again, or unlock in full."


# --- rotation --------------------------------------------------------------------------------------------------------


class WaysNotCarriedError(KvaultError):
    """Ways in that a rotation of keys could not carry over, because they were never used since they exist."""

    code = "ways-not-carried"
    what = "These ways in would stop working: {names}"
    meaning = "They were made by an earlier kvault and have not been used since. Nothing was changed."
    advice = "Unlock once with each of them, or say twice that they may go."


class RotationRunningError(KvaultError):
    """A new key is being made; a second rotation beside it would lose the first one's key."""

    code = "rotation-running"
    what = "A new key is being made for this vault already"
    meaning = "Nothing was changed."
    advice = "Wait until that has ended, then try again."

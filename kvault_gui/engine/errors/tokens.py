"""What can go wrong with tokens, cards, chips and the keyring. ``name`` is the token's name as the window shows it."""

from __future__ import annotations

from .base import KvaultError


class TokenError(KvaultError):
    """Base of everything that a token, card or chip can do wrong. The vault is never touched by it."""

    code = "token-failed"
    exit_code = 4
    what = "{name} did not do it: {reason}"
    meaning = "The vault is untouched."
    advice = "Try again, or use another way in."


class TokenMissingError(TokenError):
    """It is not plugged in."""

    code = "token-missing"
    what = "{name} is not plugged in"
    advice = "Plug it in, or use another way in."


class TokenRemovedError(TokenError):
    """It went away in the middle of an exchange."""

    code = "token-removed"
    what = "{name} was pulled out before it was done"
    advice = "Plug it in again and leave it there until kvault says that it is done."


class TokenTimeoutError(TokenError):
    """Nobody touched it in time."""

    code = "token-timeout"
    what = "{name} was not touched in time"
    advice = "Try again, and touch it while it blinks."


class TokenBusyError(TokenError):
    """Another program holds it."""

    code = "token-busy"
    what = "Another program is using {name}"
    advice = "Close what uses it (gpg-agent, a browser, another kvault), then try again."


class TokenShutError(TokenError):
    """The operating system lets this user not open it."""

    code = "token-shut"
    what = "You may not use {name}"
    meaning = "This computer gives it to no user."
    advice = "Install the package libfido2-1 (or libu2f-udev), which brings the rules for it, and plug it in again."


class TokenUnknownError(TokenError):
    """A card or token without anything that kvault can use."""

    code = "token-unknown"
    what = "kvault does not know the card in {name}"
    meaning = "It offers none of FIDO2, PIV, OpenPGP and challenge-response."
    advice = "Use another card. If it came with a PKCS#11 module, choose “Smart card or HSM” and that module."


class TokenForeignError(TokenError):
    """A token that opens another vault, or none."""

    code = "token-foreign"
    what = "{name} is not enrolled in this vault"
    meaning = "It may open another one of your vaults."
    advice = "Use the token that was enrolled here, or unlock in another way and add this one."


class TokenStrangeError(TokenForeignError):
    """A token of the enrolled kind that does not hold the key; nothing on it tells which of the two it is."""

    code = "token-strange"
    what = "{name} does not hold the key of this way in"
    meaning = "It is another one of the same kind, or it was reset since it was enrolled."
    advice = "Use the token that was enrolled here. If it was reset, unlock in another way and enrol it anew."


class TokenUnfitError(TokenError):
    """A token that lacks what a way in needs; ``reason`` says what, and is a whole clause."""

    code = "token-unfit"
    what = "{name} cannot be used for this: {reason}"
    meaning = "Nothing on it was changed."
    advice = "Use another token, or choose another kind of way in."


class TokenResetError(TokenError):
    """The token is the enrolled one, but its key for this vault is gone."""

    code = "token-reset"
    what = "{name} no longer holds its key for this vault"
    meaning = "It was reset, or its key was replaced, since it was enrolled. That key cannot be brought back."
    advice = "Unlock in another way, then remove this way in and enrol the token anew."


class TokenKeyError(TokenError):
    """The key on the token is of a type that cannot be used, or there is none. ``found`` says what there is."""

    code = "token-key"
    what = "{name} has no key that kvault can use: {found}"
    meaning = "Nothing on it was changed."
    advice = "Have kvault make a key there, or choose another token."


class PinError(TokenError):
    """Base of PIN errors."""

    code = "pin"
    what = "{name} refused the PIN"
    advice = "Try again."


class WrongPinError(PinError):
    """A wrong PIN; ``retries`` tries are left."""

    code = "wrong-pin"
    what = "Wrong PIN for {name}; {retries} tries are left"
    meaning = "The vault is untouched. The token counts wrong PINs and blocks itself after the last one."
    advice = "Check which PIN belongs to this token before you try again."


class LastPinTryError(WrongPinError):
    """A wrong PIN, and one try is left."""

    code = "last-pin-try"
    what = "Wrong PIN for {name}; one try is left"
    advice = "Another wrong PIN blocks the token. Use another way in if you are not certain."


class WrongPinUncountedError(PinError):
    """A wrong PIN at a token that does not tell how many tries are left (PKCS#11 knows no number)."""

    code = "wrong-pin-uncounted"
    what = "Wrong PIN for {name}"
    meaning = "The vault is untouched. This token does not tell how many tries are left before it blocks itself."
    advice = "Check which PIN belongs to this token before you try again."


class PinBlockedError(PinError):
    """No tries are left. ``help`` says how this kind of token is unblocked."""

    code = "pin-blocked"
    what = "The PIN of {name} is blocked"
    meaning = "Too many wrong PINs were tried. The vault is untouched."
    advice = "Use another way in. {help}"


class PinPausedError(PinError):
    """The token wants to be plugged in anew before it takes another PIN."""

    code = "pin-paused"
    what = "{name} takes no PIN until it was pulled out"
    meaning = "Several wrong PINs in a row were tried; {retries} tries are left."
    advice = "Pull it out, plug it in again, and try once more."


class PinNotSetError(PinError):
    """A PIN is needed and none is set."""

    code = "pin-not-set"
    what = "{name} has no PIN yet"
    meaning = "This way in needs one."
    advice = "Set a PIN with the maker's program, then try again."


class PinChangeNeededError(PinError):
    """The token wants another PIN before it does anything."""

    code = "pin-change-needed"
    what = "{name} wants its PIN to be changed first"
    advice = "Change it with the maker's program, then try again."


# --- readers, libraries, modules -------------------------------------------------------------------------------------


class ReaderServiceError(TokenError):
    """pcscd cannot be reached."""

    code = "reader-service"
    what = "The smart card service (pcscd) is not running"
    meaning = "Cards and tokens in readers cannot be seen."
    advice = "Start it: “sudo systemctl start pcscd.socket”. On Debian and Ubuntu the package is pcscd."


class ReaderForbiddenError(ReaderServiceError):
    """pcscd runs and refuses this user: polkit lets only a person who sits at the computer use cards."""

    code = "reader-forbidden"
    what = "The smart card service (pcscd) does not let you use cards here"
    meaning = "That is usual in a remote login. Cards and tokens in readers cannot be seen."
    advice = "Log in at the computer itself, or let your user do org.debian.pcsc-lite.access_pcsc by a polkit rule."


class ReaderEmptyError(TokenError):
    """A reader without a card."""

    code = "reader-empty"
    what = "There is no card in {name}"
    advice = "Put the card in."


class LibraryMissingError(TokenError):
    """An optional library is not installed. ``needed`` names the way in, ``package`` what to install."""

    code = "library-missing"
    what = "{needed} needs {package}, which is not installed"
    meaning = "Everything else works without it."
    advice = "Install it: “installers/run.sh --with-hardware”."


class ModuleError(TokenError):
    """A PKCS#11 module that cannot be used."""

    code = "module-failed"
    what = "The PKCS#11 module {name} cannot be used: {reason}"
    advice = "Check the path; the module comes with the token's software."


class HsmSessionError(TokenError):
    """The session with an HSM ended in the middle."""

    code = "hsm-session"
    what = "The session with {name} was lost"
    meaning = "The HSM ended it or was restarted. The vault is untouched."
    advice = "Try again."


# --- TPM -------------------------------------------------------------------------------------------------------------


class TpmError(TokenError):
    """The TPM refused something."""

    code = "tpm-failed"
    what = "The TPM did not do it: {reason}"


class TpmMissingError(TpmError):
    """No TPM, or no permission to use it."""

    code = "tpm-missing"
    what = "This computer has no TPM that kvault can use: {reason}"
    advice = "Switch the TPM on in the firmware settings, and see that you are in the group “tss”."


class TpmLockoutError(TpmError):
    """The chip's own lock-out is on."""

    code = "tpm-lockout"
    what = "The TPM takes no PIN at the moment"
    meaning = "Too many wrong PINs were tried, and the chip waits. One try comes back every {seconds} s."
    advice = "Wait, or use another way in."


class TpmChangedError(TpmError):
    """A PCR policy does not fit any more."""

    code = "tpm-changed"
    what = "This computer's start-up has changed since the TPM way in was made"
    meaning = "That is what happens after a firmware or boot loader update. It can also mean tampering. (PCR {pcrs})"
    advice = "Unlock in another way. If you know of an update, open Ways in and choose “Seal again”."


class TpmOtherError(TpmError):
    """The sealed object is of another TPM, or the chip was cleared."""

    code = "tpm-other"
    what = "The TPM does not know what was sealed for this vault"
    meaning = "The chip was cleared or replaced, or the vault was copied from another computer."
    advice = "Unlock in another way, then remove this way in and make it anew."


# --- this device -----------------------------------------------------------------------------------------------------


class KeyringError(TokenError):
    """The desktop's keyring cannot be used."""

    code = "keyring-failed"
    what = "The desktop's keyring cannot be used: {reason}"
    advice = "Use another way in."


class KeyringLockedError(KeyringError):
    """It is locked and was not unlocked."""

    code = "keyring-locked"
    what = "The desktop's keyring is locked"
    advice = "Unlock it, usually with your login password, and try again."


class KeyringLostError(KeyringError):
    """It does not hold what was put there, or something else under its name."""

    code = "keyring-lost"
    what = "The desktop's keyring no longer holds the key of this vault"
    meaning = "It was deleted or replaced, or this is another computer or another login."
    advice = "Unlock in another way, then make this way in anew."


class DeviceChangedError(TokenError):
    """The device fingerprint differs."""

    code = "device-changed"
    what = "This is not the computer for which this way in was made"
    meaning = "The vault or the keyring was copied, or the system was installed anew."
    advice = "Unlock in another way, then make this way in anew."


class BiometricsError(TokenError):
    """The finger was not recognised, or there is no reader."""

    code = "biometrics"
    what = "The fingerprint was not accepted: {reason}"
    advice = "Try again, or use another way in."


class FingerUnknownError(BiometricsError):
    """Another finger, or none that the reader could match: a try that counts."""

    code = "finger-unknown"

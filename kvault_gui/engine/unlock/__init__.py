"""One file per unlock method, each an ``UnlockMethod`` (see vault/slots.py). They do not know each other."""

"""One file per unlock method, all behind one interface."""

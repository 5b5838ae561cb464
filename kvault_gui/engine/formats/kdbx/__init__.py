"""KDBX, the file format of KeePass and KeePassXC: reads 2.0 to 4.1, writes 4.0 and 4.1. Streams; never holds a file."""

"""CSV, as browsers and password managers write it (RFC 4180 and what is done in its name)."""

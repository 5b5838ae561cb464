"""The tamper-evident log over a store transaction."""

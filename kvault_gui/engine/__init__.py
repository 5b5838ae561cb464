"""The vault engine: synchronous, without Qt, threads or global state."""

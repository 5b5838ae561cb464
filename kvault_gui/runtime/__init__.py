"""The engine in a process of its own: child, frames, lanes, async client, prompts. No Qt."""

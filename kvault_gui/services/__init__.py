"""What other programs talk to. asyncio, no Qt."""

"""Header, encrypted database, head and lock: what makes a vault durable and fresh."""

"""Namespaces, secrets, access, sessions."""

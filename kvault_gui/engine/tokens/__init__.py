"""Talking to tokens, cards and chips: one file a family. They know nothing of vaults and slots."""

"""kvault: a desktop vault whose agents use secrets under rules that a person sets and sees."""

__version__ = "0.1.0"

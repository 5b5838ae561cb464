"""The kvault command."""

"""One pane of the window a file."""

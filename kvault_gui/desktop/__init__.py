"""What the operating system offers, one file a platform."""

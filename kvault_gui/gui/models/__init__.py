"""Data for the views."""

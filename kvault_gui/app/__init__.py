"""The application: puts engine, services and window together, and takes them apart again."""

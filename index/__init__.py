"""What we know: a folder of files becomes searchable passages. Imports nothing from rag, eval or app."""

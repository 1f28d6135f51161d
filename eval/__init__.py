"""Does it answer well? Imports rag and index; never app."""

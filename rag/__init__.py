"""How we answer: a question becomes a checked answer. Imports index; never eval or app."""

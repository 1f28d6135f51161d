"""Whose uploads are whose: a client goes by a cookie, and has what it uploaded.

Law: a client is given no file but one that it uploaded itself, to this server, under the very path that it
was told. A name that this server did not give is no client's. The oldest uploads are forgotten first.

Does not know: HTTP, Gradio, what becomes of a file.
"""

import hmac
import secrets
from collections.abc import Iterable
from hashlib import sha256

MOST = 10_000
"""Uploads that are remembered, of all clients."""


class Uploads:
    """The uploads of one server, from its start."""

    def __init__(self, most: int = MOST) -> None:
        self._key, self._most = secrets.token_bytes(32), most
        self._known: dict[tuple[str, str], None] = {}

    def name(self) -> str:
        """A name for a client that has none; nobody can guess it or make one up."""
        chance = secrets.token_hex(16)
        return f"{chance}.{self._mark(chance)}"

    def client(self, names: Iterable[str]) -> str:
        """The first of the names that this server gave; "" where it gave none of them."""
        return next((name for name in names if self._given(name)), "")

    def note(self, client: str, paths: Iterable[str]) -> None:
        """The client uploaded these."""
        self._known.update(dict.fromkeys((client, path) for path in paths))
        while len(self._known) > self._most:
            del self._known[next(iter(self._known))]

    def has(self, client: str, path: str) -> bool:
        """Whether the client uploaded this."""
        return bool(client) and (client, path) in self._known

    def _given(self, name: str) -> bool:
        chance, _, mark = name.partition(".")
        return hmac.compare_digest(mark.encode(), self._mark(chance).encode())

    def _mark(self, chance: str) -> str:
        return hmac.new(self._key, chance.encode(), sha256).hexdigest()

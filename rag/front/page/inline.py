"""The scripts that stand in a page itself, by their hashes.

Law: a hash is that of a script of the page as it is sent; whatever is put into the page afterwards has none.

Does not know: HTTP, which page it is.
"""

from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser


def script_hashes(html: str) -> tuple[str, ...]:
    """The SHA-256 of each inline script, in base64, as Content-Security-Policy (CSP level 2) takes them."""
    parser = _Scripts()
    parser.feed(html.replace("\r\n", "\n"))
    parser.close()
    return tuple(b64encode(sha256(each.encode()).digest()).decode() for each in parser.found)


class _Scripts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "script" and "src" not in dict(attrs)
        if self._inside:
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the parser's own name
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found[-1] += data

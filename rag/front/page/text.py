"""Text becomes page content and can't become markup, whoever reads it: a browser, Markdown, LaTeX.

Law: whatever comes from articles, file names, questions, models and users goes through ``safe`` or
``exact``. Every ASCII character but letters, digits and the space becomes a numeric reference, so that
nothing is left for a parser to act on: no tag, attribute, template, emphasis, link, table, formula.

Does not know: where on the page the text goes.
"""

import re
from collections.abc import Iterable

from rag.plain import clean, inline, line, pieces

_ACTIVE = re.compile(r"[\x01-\x1f!-/:-@\[-`{-\x7f]")
"""ASCII but letters, digits, the space and NUL, which no reference can name."""
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")


def safe(text: str, *, breaks: bool = False) -> str:
    """Text to be read: ``show.clean``, its white space run together, as HTML and Markdown at once.

    With ``breaks`` a line's end is a ``<br>``; blank lines at the ends are dropped.
    """
    if not breaks:
        return _referred(line(text))
    return "<br>".join(_referred(line(each)) for each in clean(text).strip().split("\n"))


def marked(text: str, marks: Iterable[tuple[int, int]]) -> str:
    """Text on one line, its marks each in a ``<mark>``."""
    cut = ((_referred(inline(piece)), mark) for piece, mark in pieces(text, marks))
    return "".join(f"<mark>{piece}</mark>" if mark else piece for piece, mark in cut).strip()


def exact(text: str) -> str:
    """An attribute's value that a program gets back as it was: nothing dropped or run together.

    But for NUL and lone surrogates, which no page can carry: they become U+FFFD.
    """
    return _referred(_NO_TEXT.sub("\ufffd", text))


def _referred(text: str) -> str:
    return _ACTIVE.sub(lambda found: f"&#{ord(found[0])};", text)

"""YAML front matter at the head of a text: where it ends, and what it says.

Law: front matter is plain data of bounded size. What is malformed or longer than ``MAX_CHARACTERS`` is text
like any other; what is made to take more time or memory than its length tells, by aliases, depth or numbers,
is refused with a reason. Reading takes time in proportion to the length.

Does not know: file formats, how values are shown.
"""

import re
from collections.abc import Iterable

from index.errors import CorpusError
from index.read.metadata import Metadata

MAX_CHARACTERS = 16_384
MAX_DEPTH = 16
MAX_DIGITS = 1_000
BOM = "\ufeff"
_NUMBER = re.compile(r"[-+]?(?:0x[0-9a-f_]+|[0-9_:.]+)", re.IGNORECASE)


def read_front_matter(text: str) -> tuple[int, Metadata]:
    """Return where the body of ``text`` begins and what its front matter says.

    The body begins after a byte order mark where there is no front matter, or no body behind it.
    Raises CorpusError, with the reason as its message, for front matter that is more than plain data.
    """
    mark = len(BOM) if text.startswith(BOM) else 0
    matter, body = _split(text, mark)
    fields = _load(matter) if body.strip() else None
    if fields is None:
        return mark, Metadata()
    return len(text) - len(body.lstrip("\n")), _metadata(fields)


def _split(text: str, mark: int) -> tuple[str, str]:
    """Return the front matter and what follows it; both empty where there is none."""
    from frontmatter.default_handlers import YAMLHandler

    handler = YAMLHandler()
    if not text.startswith("---", mark) or not handler.detect(text[mark : mark + 80]):
        return "", ""
    try:
        matter, body = handler.split(text[mark:])
    except ValueError:  # no second line of dashes
        return "", ""
    return (matter, body) if len(matter) <= MAX_CHARACTERS else ("", "")


def _load(matter: str) -> dict[object, object] | None:
    """Return the fields of front matter, or None where it is malformed. Raises CorpusError."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _refuse_more(yaml.parse(matter, Loader=loader))
        fields = yaml.load(matter, Loader=loader)
    except CorpusError:
        raise
    except Exception:  # malformed YAML raises more than YAMLError
        return None
    return fields if isinstance(fields, dict) else None


def _refuse_more(events: Iterable[object]) -> None:
    """Refuse a document that is more than plain data, looking at no more of it than is needed."""
    from yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, ScalarEvent

    depth = 0
    for event in events:
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise CorpusError(f"its front matter is nested more than {MAX_DEPTH} deep")
        if isinstance(event, AliasEvent):
            raise CorpusError("its front matter has aliases (*name), which are not read")
        if isinstance(event, ScalarEvent) and _is_endless(event.value):
            raise CorpusError(f"its front matter has a number of more than {MAX_DIGITS:,} digits")


def _is_endless(value: str) -> bool:
    return len(value) > MAX_DIGITS and _NUMBER.fullmatch(value) is not None


def _metadata(fields: dict[object, object]) -> Metadata:
    named = {key.strip().lower(): value for key, value in fields.items() if isinstance(key, str)}

    def first(*names: str) -> object:
        return next((named[name] for name in names if named.get(name)), None)

    return Metadata(
        title=first("title", "headline"),
        author=first("author", "authors", "byline"),
        publisher=first("publisher", "source", "site"),
        published=first("published", "date", "pubdate"),
    )

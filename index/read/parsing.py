"""The bytes of one file -> an article, or the reason why they are none, in this process.

Law: whatever a file's bytes, name and time make a library raise ends here, as the reason for skipping the
file; memory that is not enough alone is passed on.

Does not know: folders, limits of time and memory.
"""

from dataclasses import dataclass
from pathlib import Path

from index.article import Article
from index.errors import CorpusError
from index.read.formats import describe_error, parse
from index.read.listing import File, Skipped
from index.read.metadata import make_source


@dataclass(frozen=True, slots=True)
class Loaded:
    """The bytes of one file, whole: ``digest`` is their SHA-256 in hexadecimal."""

    file: File
    data: bytes
    digest: str


def suffix_of(file: File) -> str:
    """Return the ending of a file's name, in small letters, with its dot."""
    return Path(file.path).suffix.lower()


def parse_file(loaded: Loaded) -> Article | Skipped:
    """Turn the bytes of a file into an article, or say why they are none.

    A file may take any time and memory here. Raises MemoryError where there is not enough.
    """
    file = loaded.file
    try:
        parsed = parse(loaded.data, suffix_of(file))
        body = parsed.text[parsed.body_start :]
        source = make_source(file.path, parsed.metadata, body, file.mtime_ns)
    except CorpusError as error:
        return Skipped(file.path, str(error))
    except MemoryError:
        raise
    except Exception as error:  # what a file says about itself may be anything
        return Skipped(file.path, describe_error(error))
    return Article(source, parsed.text, parsed.body_start)

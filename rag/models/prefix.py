"""The fixed part of all prompts, read once for good: an embedded model's prompt cache, kept between runs.

Law: what is kept was made by the same weights, runtime, window and prompt, and is whole: it goes by their
digest and begins with its own SHA-256. It holds the fixed part alone, nothing of a question or an article.
What can't be kept or read is made anew; of those made last, MOST are kept.

Does not know: what a runtime keeps of a prompt, which model it is.
"""

import hashlib
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from langchain_core.messages import BaseMessage

from index.atomic import write_whole

MOST = 3
"""How many are kept, of 20 to 30 MB each: for other weights and windows."""
_SIZE = hashlib.sha256().digest_size
_PREFIX, _SUFFIX = "prefix-", ".bin"


def file_of(home: Path, digest: str, context: int, messages: list[BaseMessage]) -> Path:
    """Where the cache of these messages lies, for the weights of ``digest`` and a window in tokens."""
    told = (digest, version("xllamacpp"), str(context), *(f"{m.type}: {m.text}" for m in messages))
    key = hashlib.sha256("\0".join(told).encode()).hexdigest()
    return home / "models" / f"{_PREFIX}{key[:32]}{_SUFFIX}"


def load(path: Path) -> bytes:
    """What was kept there; b"" where nothing whole is."""
    try:
        content = path.read_bytes()
    except OSError:
        return b""
    digest, kept = content[:_SIZE], content[_SIZE:]
    return kept if kept and hashlib.sha256(kept).digest() == digest else b""


def store(path: Path, kept: bytes) -> None:
    """Keep it, and MOST of the last in all; not, where there is no room."""
    if not kept:
        return
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, hashlib.sha256(kept).digest() + kept, 0o600)
        known = path.parent.glob(f"{_PREFIX}*{_SUFFIX}")
        for old in sorted(known, key=lambda each: -each.stat().st_mtime_ns)[MOST:]:
            old.unlink()

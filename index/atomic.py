"""A file appears whole or not at all.

Law: content is written beside its place and then renamed over it, so that what stood there stays until
its successor is complete.

Does not know: what the content is, who is told of a failure.
"""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile


def write_whole(path: Path, content: bytes, mode: int = 0o644) -> Path:
    """Write ``content`` to ``path`` with these permissions; returns ``path``. Raises OSError."""
    with NamedTemporaryFile(dir=path.parent, prefix=".byline-", delete=False) as draft:
        try:
            draft.write(content)
            draft.flush()
            os.fsync(draft.fileno())
            Path(draft.name).chmod(mode)
            return Path(draft.name).replace(path)
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise

"""What goes between the program and its reader: frames of bytes, each behind its length.

Law: nothing but JSON and text is read from the other side, and no more of it than was asked for.

Does not know: what the frames mean.
"""

import json
from typing import Any, BinaryIO

_HEAD = 8


def send(stream: BinaryIO, *frames: bytes) -> None:
    """Write frames, whole, and flush. Raises OSError where nobody listens any more."""
    for frame in frames:
        stream.write(len(frame).to_bytes(_HEAD, "big"))
        stream.write(frame)
    stream.flush()


def receive(stream: BinaryIO, most: int) -> bytes:
    """Read a frame of at most ``most`` bytes.

    Raises EOFError where the other side has ended, ValueError where the frame is longer.
    """
    length = int.from_bytes(_exactly(stream, _HEAD), "big")
    if length > most:
        raise ValueError(f"a frame of {length} bytes, over the limit of {most}")
    return _exactly(stream, length)


def pack(fields: dict[str, Any]) -> bytes:
    """Return a frame that holds these fields."""
    return json.dumps(fields).encode()


def unpack(frame: bytes) -> dict[str, Any]:
    """Return the fields of a frame. Raises ValueError where it holds none."""
    fields = json.loads(frame)
    if not isinstance(fields, dict):
        raise ValueError("not an object")
    return fields


def _exactly(stream: BinaryIO, length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return data

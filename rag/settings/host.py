"""An address of an Ollama as people write it, and as a client needs it.

Law: what Ollama's own client takes is taken: scheme, host, port and path may be missing, spaces and quotes
around it count for nothing, 0.0.0.0 is this machine. Anything else is told in words.

Does not know: whether anything answers there.
"""

from urllib.parse import SplitResult, urlsplit

PORT = 11434
_STANDARD = {"http": 80, "https": 443}
_THIS_MACHINE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}
_EXAMPLE = "use an address such as http://127.0.0.1:11434"


def address(text: str) -> str:
    """The address as scheme://host:port/path. Raises ValueError, which says what may be written.

    Source of the rules: Ollama's envconfig.Host, and the Python client's _parse_host.
    """
    bare = text.strip().strip("\"'").strip()
    scheme, mark, rest = bare.rpartition("://") if "://" in bare else ("http", "", bare)
    standard = _STANDARD.get(scheme.lower()) if mark else PORT
    if standard is None or (mark and not rest.strip("/")):
        raise ValueError(_EXAMPLE)
    url = _split(scheme.lower(), rest)
    port = _port(url, standard)
    name = url.hostname or ""
    name = _THIS_MACHINE.get(name, name)
    return f"{url.scheme}://{f'[{name}]' if ':' in name else name}:{port}{url.path.rstrip('/')}"


def _split(scheme: str, rest: str) -> SplitResult:
    """The parts of an address. A number alone is a port of this machine, colons alone are IPv6."""
    place, slash, path = rest.partition("/")
    if place.isascii() and place.isdigit():
        place = f":{place}"
    elif place.count(":") > 1 and not place.startswith("["):
        place = f"[{place}]"
    try:
        url = urlsplit(f"{scheme}://{place}{slash}{path}")
        known = url.hostname is not None or not place.strip(":0123456789")
    except ValueError as error:
        raise ValueError(_EXAMPLE) from error
    odd = any(sign in "@?#\\" or sign.isspace() or not sign.isprintable() for sign in f"{place}{path}")
    if odd or not known:
        raise ValueError(_EXAMPLE)
    return url


def _port(url: SplitResult, standard: int) -> int:
    try:
        port = url.port
    except ValueError as error:
        raise ValueError("use a port from 1 to 65535") from error
    if port == 0:
        raise ValueError("use a port from 1 to 65535")
    return port or standard

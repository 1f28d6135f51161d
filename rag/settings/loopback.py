"""Whether a host is this machine's own.

Law: only an address that no other machine can reach is loopback; of names, localhost alone.

Does not know: where hosts come from, what is asked of them.
"""

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Whether a host's name or address is this machine's own, as no other machine can reach it."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"

"""Who may ask the page's server for anything, and what every reply of it says.

Law: a request is for a name of this machine's, and no other site's page makes it: not under a name of its
own, not by a script, a form, a picture or a frame; all that another site may do is to link to the page. The
browser is told to load, send and run nothing but what this server gives it, and not to show the page inside
another. No other site is told that it may read a reply.

Does not know: which addresses there are, what is sent to them.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from rag.front.page.asgi import Headers, Scope, header
from rag.settings.loopback import is_loopback

REST = (
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)
LOCAL_ONLY = "Byline answers to this machine only."
OWN_NAME_ONLY = "Byline answers to its own name and addresses only."
OWN_PAGE_ONLY = "Byline takes nothing from another site's page."
APART = (
    (b"content-security-policy", b"sandbox; default-src 'none'; frame-ancestors 'none'"),
    (b"content-disposition", b"attachment"),
    (b"content-type", b"application/octet-stream"),
)
"""What is said of a file that a client gets back: it is kept, never shown or run as a part of this site."""


def policy(scripts: Sequence[str] = ()) -> str:
    """The Content-Security-Policy of a page whose scripts have these hashes, besides those of files.

    What is inline runs by its hash alone. 'unsafe-eval' must stay: Gradio makes functions of text (``new
    Function``) for whatever Blocks say in JavaScript: handlers' ``js``, the page's script, HTML's templates.
    """
    hashes = "".join(f" 'sha256-{each}'" for each in scripts)
    return "; ".join(("default-src 'self'", f"script-src 'self' 'unsafe-eval'{hashes}", *REST))


def headers(scripts: Sequence[str] = ()) -> Headers:
    """What every reply says; ``scripts`` as in ``policy``."""
    return (
        (b"content-security-policy", policy(scripts).encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cross-origin-resource-policy", b"same-origin"),
    )


def objection(scope: Scope, host: str) -> str:
    """Why a request is not taken; "" if it is. ``host`` is where the page is served, as it was given.

    Served on loopback, the page answers to loopback names alone; elsewhere to ``host`` too, and to the
    address that the request came to.
    """
    name = _hostname(header(scope, b"host"))
    if name is None or not (is_loopback(name) or (not is_loopback(host) and _answers_to(name, scope, host))):
        return LOCAL_ONLY if is_loopback(host) else OWN_NAME_ONLY
    return "" if _from_own_page(scope) or _is_link(scope) else OWN_PAGE_ONLY


def _hostname(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _answers_to(name: str, scope: Scope, host: str) -> bool:
    """A name of another site's that leads here (DNS rebinding) is neither."""
    address, ours = _address(name), (_address(host), _address((scope.get("server") or ("",))[0]))
    return address in ours and not address.is_unspecified if address else name == host.lower()


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text.strip("[]"))
    except ValueError:
        return None


def _from_own_page(scope: Scope) -> bool:
    """Browsers say where a request comes from, by one header or the other; programs say nothing."""
    origin, site = header(scope, b"origin"), header(scope, b"sec-fetch-site")
    try:
        same = not origin or urlsplit(origin).netloc == header(scope, b"host")
    except ValueError:
        return False
    return same and site in ("", "none", "same-origin")


def _is_link(scope: Scope) -> bool:
    """Whether the request is that of a link to the page, in a window and not in a frame."""
    told = [header(scope, name) for name in (b"sec-fetch-mode", b"sec-fetch-dest", b"origin")]
    return scope["method"] == "GET" and scope["path"] == "/" and told == ["navigate", "document", ""]

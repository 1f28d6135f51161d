"""No file of this machine goes out through the page, whoever asks: every handler and every address is tried.

What the page lists is walked, nothing of it is known here: a handler or an address that comes is tried too.
"""

import json
import os
import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.routing import Mount, Route

from rag.front.live import Live
from rag.front.page import open_page
from rag.front.page.backend import open_backend
from rag.front.page.blocks import build
from rag.front.page.site import MOST_BYTES, mounted
from rag.settings import Settings
from tests.page_server import ARTICLES, Mind, opener, write

HERE: dict[str, Any] = {"trust_env": False, "timeout": 30}
META = {"meta": {"_type": "gradio.FileData"}}
SECRET = "The-secret-of-this-machine-9b1c"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    (folder / "secret.txt").write_text(SECRET, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def live(folder: Path) -> Iterator[Live]:
    settings = Settings(corpus=write(ARTICLES, folder / "articles"), home=folder / "home")
    before = os.environ.get("GRADIO_TEMP_DIR")
    os.environ["GRADIO_TEMP_DIR"] = str(folder / "uploads")
    with Live(settings, opener(Mind())) as live:
        live.model()
        yield live
    if before is None:
        del os.environ["GRADIO_TEMP_DIR"]
    else:
        os.environ["GRADIO_TEMP_DIR"] = before


@pytest.fixture(scope="module")
def url(live: Live) -> Iterator[str]:
    with open_page(live, port=0) as page:
        yield page.url


class Canary:
    """A web server that nobody should ask: it counts who does."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/x.png"
        self.asked = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.asked += 1
            connection.sendall(b"HTTP/1.0 200 OK\r\ncontent-type: text/html\r\n\r\n" + SECRET.encode())
            connection.close()

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    canary = Canary()
    yield canary
    canary.close()


def paths(live: Live, folder: Path) -> list[str]:
    """Files of this machine that no client uploaded."""
    kept = [str(each) for each in live.settings.home.rglob("*") if each.is_file() and each.stat().st_size]
    assert kept
    return [
        "/etc/passwd",
        "/proc/self/environ",
        "/dev/zero",
        str(folder / "secret.txt"),
        str(live.settings.corpus / "aid.md"),
        *kept[:3],
    ]


def bodies(live: Live, folder: Path, canary: Canary) -> list[Any]:
    """What was sent to read a file, or to have one fetched, and the same within lists and objects."""
    files = [{"path": path} for path in paths(live, folder)]
    webs = [{"url": canary.url}, {"path": canary.url}, {"path": "", "url": canary.url}]
    bare = [*files, *webs, {"path": paths(live, folder)[0], "url": canary.url}]
    meant = [each | META for each in bare]
    return [
        *bare,
        *meant,
        *[[each] for each in meant[:4]],
        {"a": [{"b": meant[0]}]},
        [[{"value": meant[-1]}]],
    ]


def handlers(url: str) -> list[tuple[int, int]]:
    """Each handler that the page lists: its number, and how many values it takes."""
    config = httpx.get(f"{url}config", **HERE).json()
    return [(each["id"], len(each["inputs"])) for each in config["dependencies"]]


def secrets(live: Live, folder: Path) -> list[bytes]:
    """What stands in those files."""
    read = [Path(each).read_bytes() for each in paths(live, folder) if each != "/dev/zero"]
    return [each[:40] for each in read if each]


def uploads(folder: Path) -> list[Path]:
    return [each for each in (folder / "uploads").rglob("*") if each.is_file()]


def refused(reply: httpx.Response, hidden: list[bytes]) -> None:
    assert reply.status_code in (400, 403, 404, 405, 413, 422), (reply.request.url, reply.status_code)
    assert not any(each in reply.content for each in hidden)


def test_no_handler_takes_a_file_in_place_of_text(url: str, live: Live, folder: Path, canary: Canary) -> None:
    listed, tried = handlers(url), bodies(live, folder, canary)
    assert len(listed) > 30
    with httpx.Client(base_url=url, **HERE) as http:
        for number, count in listed:
            for body in tried:
                sent = {"data": [body] * count, "fn_index": number, "session_hash": "tab"}
                if count:
                    reply = http.post("gradio_api/queue/join", json=sent)
                    assert reply.status_code == 403, (number, body)
            told = {"data": [None] * count, "event_data": tried[0], "fn_index": number, "session_hash": "tab"}
            assert http.post("gradio_api/queue/join", json=told).status_code == 403
    assert uploads(folder) == []
    assert canary.asked == 0


def test_no_handler_takes_a_file_in_place_of_one_value_alone(url: str, live: Live, folder: Path) -> None:
    body = {"path": paths(live, folder)[3]} | META
    with httpx.Client(base_url=url, **HERE) as http:
        for number, count in handlers(url):
            for place in range(count):
                data = [body if n == place else None for n in range(count)]
                sent = {"data": data, "fn_index": number, "session_hash": "tab"}
                assert http.post("gradio_api/queue/join", json=sent).status_code == 403, (number, place)
    assert uploads(folder) == []


def test_no_number_list_or_flag_is_taken_for_the_text_of_a_box(url: str) -> None:
    config = httpx.get(f"{url}config", **HERE).json()
    kinds = {each["id"]: each["type"] for each in config["components"]}
    boxes = [each for each in config["dependencies"] if [kinds[i] for i in each["inputs"]][:1] == ["textbox"]]
    assert boxes
    for each in boxes:
        for value in (5, True, 1.5, ["text"]):
            data = [value, *[None] * (len(each["inputs"]) - 1)]
            sent = {"data": data, "fn_index": each["id"], "session_hash": "tab"}
            assert httpx.post(f"{url}gradio_api/queue/join", json=sent, **HERE).status_code == 403


def addresses(routes: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every method and address that an application lists, those mounted in it too."""
    for each in routes:
        if isinstance(each, Route):
            yield from ((method, prefix + each.path) for method in each.methods or ("GET",))
        elif isinstance(each, Mount):
            yield from addresses(each.routes, prefix + each.path)
        elif hasattr(each, "original_router"):  # a router that FastAPI includes as it is
            yield from addresses(each.original_router.routes, prefix)


def every_address(live: Live) -> list[tuple[str, str]]:
    backend = open_backend(live)
    found = sorted(set(addresses(mounted(backend, build(backend), mcp=False).routes)))
    assert len(found) > 50
    return found


def test_no_address_gives_a_file_out(url: str, live: Live, folder: Path, canary: Canary) -> None:
    hidden, wanted = secrets(live, folder), [*paths(live, folder), canary.url]
    with httpx.Client(base_url=url, **HERE) as http:
        for method, path in every_address(live):
            if "heartbeat" in path or method not in ("GET", "HEAD"):
                continue  # a heartbeat never ends, whatever it is asked for
            for each in wanted if "{" in path else [wanted[0]]:
                for filled in (each, each.lstrip("/"), "..%2f" * 9 + each.lstrip("/")):
                    asked = re.sub(r"\{[^}]*\}", lambda _: filled, path)  # noqa: B023
                    with http.stream(method, asked.lstrip("/"), params={"path": each, "url": each}) as reply:
                        got = b"" if "event-stream" in reply.headers.get("content-type", "") else reply.read()
                    assert reply.status_code != 500, asked
                    assert not any(secret in got for secret in hidden), asked
                    assert SECRET.encode() not in got, asked
    assert (canary.asked, uploads(folder)) == (0, [])


def test_no_address_takes_a_file_as_a_body(url: str, live: Live, folder: Path, canary: Canary) -> None:
    hidden = secrets(live, folder)
    with httpx.Client(base_url=url, **HERE) as http:
        for method, path in every_address(live):
            if method in ("GET", "HEAD"):
                continue
            asked = re.sub(r"\{[^}]*\}", "ask", path).lstrip("/")
            for body in bodies(live, folder, canary):
                for sent in (body, {"data": [body]}, {"question": body}, {"data": {"question": body}}):
                    refused(http.request(method, asked, json=sent), hidden)
            refused(http.request(method, asked, data={"files": canary.url, "url": canary.url}), hidden)
    assert (canary.asked, uploads(folder)) == (0, [])


@pytest.mark.parametrize("how", ["file={}", "file/{}", "proxy={}", "file=%68ttp://{}"])
def test_nothing_is_fetched_for_a_client(url: str, canary: Canary, how: str) -> None:
    where = canary.url.removeprefix("http://") if how.endswith("//{}") else canary.url
    reply = httpx.get(f"{url}gradio_api/{how.format(where)}", **HERE)
    assert (reply.status_code, canary.asked) == (404 if "/{" in how.replace("//{", "") else 403, 0)


def test_a_file_that_never_ends_holds_nobody_up(url: str) -> None:
    sent = {"data": [{"path": "/dev/zero"} | META], "fn_index": 0, "session_hash": "tab"}
    for number, count in handlers(url):
        body = sent | {"fn_index": number, "data": sent["data"] * count}
        httpx.post(f"{url}gradio_api/queue/join", json=body, **HERE)
    begun = time.monotonic()
    assert httpx.get(f"{url}config", **HERE).status_code == 200
    assert time.monotonic() - begun < 10


def test_gradio_itself_refuses_what_was_not_uploaded(live: Live, folder: Path) -> None:
    """The doors apart: the page's own Gradio, asked as if there were none before it."""
    import uvicorn

    backend = open_backend(live)
    app = mounted(backend, build(backend), mcp=False)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1, ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    base = f"http://127.0.0.1:{listening.getsockname()[1]}/"
    try:
        for number, count in [each for each in handlers(base) if each[1]]:
            for path in paths(live, folder)[:4]:
                data = [{"path": path} | META] * count
                body = {"data": data, "fn_index": number, "session_hash": f"tab-{number}"}
                assert httpx.post(f"{base}gradio_api/queue/join", json=body, **HERE).status_code == 200
        time.sleep(2)
    finally:
        server.should_exit = True
        thread.join(30)
    assert uploads(folder) == []


def upload(http: httpx.Client, name: str, content: bytes) -> str:
    (path,) = http.post("gradio_api/upload", files={"files": (name, content)}).json()
    return str(path)


def add(http: httpx.Client, url: str, file: dict[str, Any]) -> httpx.Response:
    config = httpx.get(f"{url}config", **HERE).json()
    kinds = {each["id"]: each["type"] for each in config["components"]}
    (number,) = (d["id"] for d in config["dependencies"] if [kinds[i] for i in d["inputs"]] == ["file"])
    sent = {"data": [[file]], "fn_index": number, "session_hash": "tab"}
    return http.post("gradio_api/queue/join", json=sent)


def test_an_upload_comes_back_to_its_client_alone_and_as_an_attachment(url: str, folder: Path) -> None:
    with httpx.Client(base_url=url, **HERE) as mine, httpx.Client(base_url=url, **HERE) as other:
        path = upload(mine, "page.html", b"<script>alert(1)</script>")
        upload(other, "other.txt", b"of another one")
        back = mine.get(f"gradio_api/file={path}")
        assert (back.status_code, back.content) == (200, b"<script>alert(1)</script>")
        assert back.headers["content-disposition"].startswith("attachment")
        assert back.headers["content-security-policy"].startswith("sandbox;")
        assert (back.headers["x-content-type-options"], back.headers["content-type"]) == (
            "nosniff",
            "application/octet-stream",
        )
        for client in (other, httpx.Client(base_url=url, cookies={"byline": "made up"}, **HERE)):
            assert client.get(f"gradio_api/file={path}").status_code == 403
        for near in (f"{path}%2f..%2fpage.html", f"/{path}", f"{Path(path).parent}", f"{path}%00"):
            assert mine.get(f"gradio_api/file={near}").status_code == 403
        assert add(other, url, {"path": path} | META).status_code == 403
        assert add(mine, url, {"path": path, "url": "http://127.0.0.1:9/x"} | META).status_code == 403
        assert add(mine, url, {"path": path, "url": f"{url}gradio_api/file={path}"} | META).status_code == 200
    for file in uploads(folder):
        file.unlink(missing_ok=True)


def test_a_body_has_a_bound_and_must_be_json(url: str) -> None:
    join, text = f"{url}gradio_api/queue/join", {"content-type": "application/json"}
    assert httpx.post(join, json={"data": ["x" * 2**20]}, **HERE).status_code == 413
    for body in (b"", b"[" * 100_000, b"no", b'{"data": [NaN]}', b"\xff\xfe", b"9" * 10_000, b"[]", b"5"):
        assert httpx.post(join, content=body, headers=text, **HERE).status_code == 403
    assert MOST_BYTES > 2**20


CROSS = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


@pytest.mark.parametrize(
    ("path", "changed", "status"),
    [
        ("", {}, 200),
        ("", {"sec-fetch-dest": "iframe"}, 403),
        ("", {"sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}, 403),
        ("", {"sec-fetch-mode": "cors", "sec-fetch-dest": "empty"}, 403),
        ("config", {}, 403),
        ("gradio_api/info", {"sec-fetch-site": "same-site"}, 403),
        ("gradio_api/info", {"sec-fetch-site": "same-origin"}, 200),
        ("config", {"sec-fetch-site": "none"}, 200),
    ],
)
def test_another_site_may_link_to_the_page_and_no_more(
    url: str, path: str, changed: dict[str, str], status: int
) -> None:
    assert httpx.get(url + path, headers=CROSS | changed, **HERE).status_code == status


def test_no_reply_lets_another_site_read_it(url: str) -> None:
    own = {"origin": url.rstrip("/")}
    for path in ("", "config", "gradio_api/info", "theme.css"):
        reply = httpx.get(url + path, headers=own, **HERE)
        assert reply.status_code == 200
        assert [name for name in reply.headers if name.startswith("access-control")] == []
        assert reply.headers["cross-origin-resource-policy"] == "same-origin"
    asked = own | {"access-control-request-method": "POST"}
    assert httpx.options(f"{url}gradio_api/queue/join", headers=asked, **HERE).status_code == 404


def test_no_script_runs_but_the_page_s_own(url: str) -> None:
    reply = httpx.get(url, **HERE)
    policy = dict(each.split(" ", 1) for each in reply.headers["content-security-policy"].split("; "))
    assert "'unsafe-inline'" not in policy["script-src"]
    inline = re.findall(r"<script(?![^>]* src=)[^>]*>", reply.text)
    assert policy["script-src"].count("'sha256-") == len(inline) > 0
    elsewhere = httpx.get(f"{url}config", **HERE).headers["content-security-policy"]
    assert "'sha256-" not in elsewhere


def test_no_header_of_a_proxy_s_says_where_the_page_is(url: str) -> None:
    told = {"x-forwarded-host": "evil.example", "x-forwarded-proto": "https"}
    assert "evil.example" not in httpx.get(f"{url}config", headers=told, **HERE).text
    assert "evil.example" not in json.dumps(httpx.get(f"{url}gradio_api/info", headers=told, **HERE).json())

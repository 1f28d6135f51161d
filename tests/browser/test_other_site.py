"""Another web site, open in the same browser: it can link to the page, and no more.

The site is served at another loopback address, which a browser takes for another site.
"""

import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page

from tests.page_server import Served

EVIL = b"<html><body><h1>the site</h1><script>window.ran = location.origin</script></body></html>"
SECRET = "The-secret-of-this-machine-77ab"
SENDS = """async ([page, body]) => {
  const tries = [["cors", "application/json"], ["no-cors", "text/plain"], ["cors", "text/plain"]];
  const told = [];
  for (const [mode, type] of tries) {
    try {
      const reply = await fetch(page + "gradio_api/queue/join",
        { method: "POST", mode, body, headers: { "content-type": type }, credentials: "include" });
      told.push(await reply.text());
    } catch { told.push(""); }
  }
  return told.join("");
}"""
READS = """async (address) => {
  try { return await (await fetch(address, { credentials: "include" })).text(); } catch { return ""; }
}"""
LINKS = """(address) => document.body.append(
  Object.assign(document.createElement("a"), { href: address, id: "link", textContent: "link" }))"""
LOADS = """(address) => new Promise((resolve) => {
  const script = Object.assign(document.createElement("script"), { src: address });
  script.onload = () => resolve("loaded");
  script.onerror = () => resolve("refused");
  document.body.append(script);
})"""


@dataclass(frozen=True)
class Site:
    """Where the other site is, and what it was asked for."""

    url: str
    asked: list[str]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    asked: list[str] = []

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()
            self.wfile.write(EVIL)

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    try:
        server = ThreadingHTTPServer(("127.0.0.2", 0), Answers)
    except OSError:
        pytest.skip("there is no second loopback address here")
    with server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield Site(f"http://127.0.0.2:{server.server_port}/", asked)
        server.shutdown()


@pytest.fixture
def visited(browser: Browser, site: Site, served: Served) -> Iterator[Page]:
    """A tab that has the page and, after it, the other site."""
    context: BrowserContext = browser.new_context()
    page = context.new_page()
    page.goto(served.url)
    page.goto(site.url)
    assert page.evaluate("window.ran") == site.url.rstrip("/")
    yield page
    context.close()


def test_its_script_can_neither_send_nor_read(visited: Page, served: Served) -> None:
    (served.settings.home.parent / "secret.txt").write_text(SECRET, encoding="utf-8")
    file = str(served.settings.home.parent / "secret.txt")
    body = (
        '{"data": [{"path": "%s", "meta": {"_type": "gradio.FileData"}}, null, null],'
        ' "fn_index": %d, "session_hash": "site"}'
    )
    for number in range(60):
        assert visited.evaluate(SENDS, [served.url, body % (file, number)]) == ""
    for path in ("", "config", "gradio_api/info", "gradio_api/queue/data?session_hash=site"):
        assert visited.evaluate(READS, served.url + path) == ""
    uploads = served.settings.home.parent / "uploads"
    assert [each for each in uploads.rglob("*") if each.is_file()] == []


def test_nothing_of_the_page_is_a_script_a_picture_or_a_frame_of_it(visited: Page, served: Served) -> None:
    assert visited.evaluate(LOADS, served.url + "gradio_api/info") == "refused"
    assert visited.evaluate(LOADS, served.url + "static/js/iframeResizer.contentWindow.min.js") == "refused"
    visited.evaluate(
        "(at) => document.body.append(Object.assign(document.createElement('iframe'), {src: at}))", served.url
    )
    visited.wait_for_timeout(1000)
    assert not any(each.query_selector("gradio-app") for each in visited.frames[1:])


@pytest.mark.parametrize("how", ["file", "proxy"])
def test_it_can_not_put_its_own_page_into_the_origin_of_ours(
    visited: Page, served: Served, site: Site, how: str
) -> None:
    ours, address = served.url.rstrip("/"), f"{served.url}gradio_api/{how}={site.url}x.html"
    refused = visited.expect_response(lambda reply: reply.url.startswith(served.url))
    with refused as given, suppress(Error):  # an attachment is saved, and the tab stays where it was
        visited.goto(address)
    assert given.value.status == 403
    visited.wait_for_timeout(1000)  # until the tab is where it will be
    assert visited.evaluate("window.ran") != ours
    assert [path for path in site.asked if "x.html" in path] == [], "the server asked the site for nothing"


def test_a_link_to_the_page_opens_it_and_other_links_do_not(visited: Page, served: Served) -> None:
    def follow(address: str) -> Any:
        visited.evaluate(LINKS, address)
        with visited.expect_navigation() as leaving:
            visited.click("#link")
        return leaving.value

    assert follow(served.url).status == 200
    visited.go_back()
    assert follow(served.url + "config").status == 403


def test_no_script_but_the_page_s_own_runs_in_it(browser: Browser, served: Served) -> None:
    page = browser.new_page()
    page.goto(served.url)
    page.wait_for_selector("#question textarea", timeout=60_000)
    page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.ran = 1";
          document.body.append(script);
          const box = document.createElement("div");
          box.innerHTML = "<img src=x onerror='window.ran = 1'>";
          document.body.append(box);
        }"""
    )
    page.wait_for_timeout(1000)
    assert page.evaluate("window.ran") is None
    page.close()


OWN = """async (file) => {
  const config = await (await fetch("config")).json(), told = [];
  const sent = { path: file, meta: { _type: "gradio.FileData" } };
  for (const { id, inputs } of config.dependencies) {
    if (!inputs.length) continue;
    const body = JSON.stringify({ data: inputs.map(() => sent), fn_index: id, session_hash: "own" });
    const headers = { "content-type": "application/json" };
    for (const way of ["queue/join", "run/predict"])
      told.push((await fetch("gradio_api/" + way, { method: "POST", body, headers })).status);
  }
  return told;
}"""


def test_even_a_script_in_the_page_s_own_origin_gets_no_file(browser: Browser, served: Served) -> None:
    page = browser.new_page()
    page.goto(served.url)
    told = page.evaluate(OWN, "/etc/passwd")
    page.close()
    assert len(told) > 60
    assert set(told) == {403}
    uploads = served.settings.home.parent / "uploads"
    assert [each for each in uploads.rglob("*") if each.is_file()] == []

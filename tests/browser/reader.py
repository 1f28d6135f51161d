"""One who reads the page: what they do, and what they see. The page's marks are named here alone."""

import re
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, Route, expect

LOCAL = ("data", "blob", "about")
SETTLED = """async () => {
  const moving = document.getAnimations().map((each) => each.finished);
  const enough = new Promise((resolve) => setTimeout(resolve, 700));
  await Promise.race([Promise.allSettled(moving), enough]);  // some never end
  const drawn = new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  await Promise.race([drawn, new Promise((resolve) => setTimeout(resolve, 300))]);
}"""
AT_ONCE = """(selector) => {
  const before = new Set(document.querySelectorAll('#chat .answer'));
  const there = () => [...document.querySelectorAll('#chat .answer')].some((each) => !before.has(each));
  const clicking = new MutationObserver(() => {
    const found = [...document.querySelectorAll(selector)].at(-1);
    if (!there() || !found) return;
    clicking.disconnect();
    found.click();
  });
  clicking.observe(document.body, { childList: true, subtree: true });
}"""
LEFT = "AbortError: (signal is|BodyStreamBuffer was) aborted|Connection errored out"
"""What the browser says of a stream that Gradio left: before it was read, while it was, or broken off."""
BUSY = 60_000
"""Milliseconds for what a loaded machine may take: opening the page, a whole answer, indexing."""


class Reader:
    """A tab of the browser. What it requested and what went wrong in it is kept."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.requested: list[str] = []
        self._complaints: list[str] = []
        self._expected: list[str] = [LEFT]
        page.on("request", self._note)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self._complaints.append(f"page error: {error}"))

    def _note(self, request: Request) -> None:
        self.requested.append(request.url)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._complaints.append(f"console: {message.text}")

    def expects(self, pattern: str) -> None:
        """A complaint that matches is what this test is about."""
        self._expected.append(pattern)

    def faults(self) -> list[str]:
        """Requests to other hosts, and complaints that no test expected."""
        home = urlsplit(self.url).netloc
        places = [(url, urlsplit(url)) for url in self.requested]
        abroad = [url for url, place in places if place.scheme not in LOCAL and place.netloc != home]
        odd = [c for c in self._complaints if not any(re.search(p, c) for p in self._expected)]
        return [*(f"asked {url}" for url in abroad), *odd]

    def forgets(self) -> None:
        """Let the browser forget what earlier pages left in it."""
        session = self.page.context.new_cdp_session(self.page)
        session.send("Storage.clearDataForOrigin", {"origin": self.url.rstrip("/"), "storageTypes": "all"})
        session.detach()

    def visits(self) -> Self:
        """Open the page, or load it anew, and wait until its articles are listed."""
        self.arrives()
        expect(self.sources).not_to_have_count(0, timeout=BUSY)
        return self

    def reloads(self) -> None:
        """Load the page anew, once the browser has noted which conversation it is in."""
        self.page.wait_for_function("localStorage.getItem('byline-conversation')")
        self.visits()

    def arrives(self) -> Self:
        """Open the page, or load it anew, and wait no longer than until a question can be typed."""
        self.page.goto(self.url)
        expect(self.box).to_be_editable(timeout=BUSY)
        return self

    @property
    def box(self) -> Locator:
        return self.page.locator("#question textarea")

    @property
    def send(self) -> Locator:
        return self.page.locator("#send")

    @property
    def stop(self) -> Locator:
        return self.page.locator("#stop")

    @property
    def chat(self) -> Locator:
        return self.page.locator("#chat")

    @property
    def answers(self) -> Locator:
        """The checked answers of the conversation, oldest first."""
        return self.chat.locator(".answer")

    @property
    def pending(self) -> Locator:
        """What is told while an answer is under way."""
        return self.chat.locator(".pending")

    @property
    def panel(self) -> Locator:
        return self.page.get_by_role("region", name="Sources", exact=True)

    @property
    def evidence(self) -> Locator:
        """The one section of evidence that is shown."""
        return self.panel.locator("section.evidence:visible")

    @property
    def article(self) -> Locator:
        """The whole article, opened over the page."""
        return self.page.get_by_role("dialog")

    def types(self, question: str) -> None:
        """Type and send with Enter; don't wait for what comes."""
        self.box.fill(question)
        self.box.press("Enter")

    def clicks_when_there(self, selector: str) -> None:
        """Have this clicked in the very moment that the next answer is drawn in the chat."""
        self.page.evaluate(AT_ONCE, selector)

    def loses_connection(self) -> None:
        """The next stream of answers is cut off before its first byte; those after it are not."""
        self.page.route(re.compile("queue/data"), lambda route: route.abort("connectionreset"), times=1)

    def types_while_told(self, question: str, then: str) -> None:
        """Send a question, and type another once its end is there, but before the page has said so."""
        told, late = re.compile("run/predict"), list[Route]()
        self.page.route(told, lambda route: late.append(route), times=1)
        with self.page.expect_request(told):
            self.types(question)
        self.box.fill(then)
        with self.page.expect_response(told):
            late[0].continue_()

    def asks(self, question: str) -> Locator:
        """Ask and wait for the checked answer, which is returned."""
        before = self.answers.count()
        self.types(question)
        return self.answered(before + 1)

    def answered(self, count: int) -> Locator:
        """Wait until there are ``count`` checked answers and nothing is under way; the last one."""
        expect(self.answers).to_have_count(count, timeout=BUSY)
        expect(self.pending).to_have_count(0)
        expect(self.page.locator("#send")).to_be_enabled(timeout=BUSY)
        return self.answers.nth(count - 1)

    def card(self, number: int) -> Locator:
        """The card of a citation, of the evidence that is shown."""
        return self.evidence.locator(f"[id$='-{number}'][id^='card-']")

    def cites(self, answer: Locator, number: int = 1) -> Locator:
        """The link [n] in an answer."""
        return answer.locator("a.cite", has_text=f"[{number}]").first

    @property
    def retry(self) -> Locator:
        return self.page.locator("#retry")

    @property
    def examples(self) -> Locator:
        """Questions that the articles answer."""
        return self.page.locator("#examples button:visible")

    @property
    def corpus(self) -> Locator:
        """The side bar."""
        return self.page.locator("#corpus")

    @property
    def sources(self) -> Locator:
        """The tick boxes of the articles."""
        return self.page.locator("#source-list input[type=checkbox]")

    def source(self, title: str) -> Locator:
        """The tick box of the article whose title begins so."""
        named = re.compile(f"^{re.escape(title)}")
        return self.page.locator("#source-list").get_by_role("checkbox", name=named)

    def edits(self, question: str) -> None:
        """Ask another question in the place of the last one."""
        asked = self.box.input_value()
        self.page.locator("#edit").click()
        expect(self.box).not_to_have_value(asked)
        self.types(question)

    def copies(self) -> None:
        """Copy the last answer."""
        button = self.answers.last.get_by_role("button", name="Copy")
        button.click()
        expect(self.answers.last.get_by_role("button", name="Copied")).to_be_visible()

    def opens(self) -> Locator:
        """Open the whole article of the first card."""
        self.card(1).locator("button.open").click()
        expect(self.article).to_be_visible()
        return self.article

    def dates(self, since: str, until: str) -> None:
        """Ask only articles of these days."""
        for name, day in (("since", since), ("until", until)):
            self.page.locator(f"#{name} textarea, #{name} input").fill(day)

    def searches(self, words: str) -> None:
        """Look for words in the titles."""
        self.page.locator("#search textarea, #search input").fill(words)

    def adds(self, *files: Path) -> None:
        """Hand in files."""
        self.page.locator("#upload input[type=file]").set_input_files(list(files))

    def drops(self, texts: dict[str, str]) -> None:
        """Hand in texts under names that no file chooser would give."""
        self.page.locator("#upload input[type=file]").evaluate(
            """(input, texts) => {
                const files = new DataTransfer();
                for (const [name, text] of Object.entries(texts))
                    files.items.add(new File([text], name, { type: "text/plain" }));
                input.files = files.files;
                input.dispatchEvent(new Event("change", { bubbles: true }));
            }""",
            texts,
        )

    def reindexes(self) -> None:
        """Have the folder read again."""
        self.page.locator("#reindex").click()

    def judges(self, answer: Locator, *, good: bool, reason: str = "") -> None:
        """Give an answer a thumb, and wait until the page says that it is kept."""
        named = self.page.locator(f"#{answer.get_attribute('id')}")
        thumb = re.compile(r"^(clicked )?like$" if good else r"^(clicked )?dislike$", re.IGNORECASE)
        self.chat.locator(".bot-row").filter(has=named).get_by_role("button", name=thumb).click()
        if not good:
            self.page.locator("#reason").get_by_label(reason).check()
            self.page.locator("#judge").click()
        expect(self.page.locator("#noted")).to_contain_text("Kept")

    def exports(self, name: str, folder: Path) -> Path:
        """Take the conversation away as Markdown or JSON."""
        with self.page.expect_download() as under_way:
            self.page.locator("#export").get_by_role("link", name=name).click()
        file = folder / under_way.value.suggested_filename
        under_way.value.save_as(file)
        return file

    def takes_up(self, title: str) -> None:
        """Go on with an earlier conversation."""
        listed = self.page.locator("#conversations")
        if not listed.is_visible():
            self.page.locator("#history button").first.click()
        listed.get_by_role("radio", name=re.compile(f"^{re.escape(title[:30])}")).first.check()

    def shows_corpus(self) -> None:
        """Open the side bar where it is shut."""
        if not self._is_in_view(self.page.locator("#search")):
            self._toggles_corpus()
        expect(self.page.locator("#search")).to_be_in_viewport()

    def _is_in_view(self, part: Locator) -> bool:
        box = part.bounding_box()
        return box is not None and box["x"] >= 0

    def hides_corpus(self) -> None:
        """Shut the side bar."""
        self._toggles_corpus()

    def _toggles_corpus(self) -> None:
        self.page.locator("#corpus .toggle-button").click()

    def wants(self, scheme: Literal["light", "dark"]) -> None:
        """Let the browser say what the reader likes."""
        self.page.emulate_media(color_scheme=scheme)
        body = self.page.locator("body.dark" if scheme == "dark" else "body:not(.dark)")
        expect(body).to_be_attached()
        self.settles()

    def settles(self) -> None:
        """Wait until nothing moves any more and the browser has drawn it."""
        self.page.evaluate(SETTLED)

    def tabs_to(self, goal: Locator, most: int = 150) -> None:
        """Press Tab until the goal has the focus."""
        for _ in range(most):
            if goal.evaluate("e => e === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{goal} is not reached with {most} presses of Tab")

    def heard(self) -> str:
        """The page as a screen reader is told it."""
        return self.page.locator("body").aria_snapshot()

/*
 * What a click on the page's own links and buttons does.
 *
 * Law: one listener on the document for each kind of event, so that whatever Gradio renders anew goes on
 * working. Nothing is fetched, stored or evaluated; text reaches the page as text only. The panel shows the
 * evidence of one answer: the newest, or that of the link last followed.
 *
 * Does not know: answers and articles; they are HTML when they come here, made by rag/page.
 */
() => {
  const byId = (href) => document.getElementById(href.replace(/^#/, ""));
  let newest = "";  // id of the last section of the panel
  let chosen = "";  // id of the section that is shown
  let current = "";  // id of the card that was brought forward last
  let follower = null;  // the link in the chat that was followed last
  let opener = null;  // the button that asked for the whole article

  /* The panel: one section is shown. A new answer's evidence comes forward by itself. */
  function arrange() {
    const sections = [...document.querySelectorAll("#sources section.evidence")];
    const last = sections.at(-1)?.id ?? "";
    if (last !== newest || !sections.some((section) => section.id === chosen)) chosen = last;
    newest = last;
    for (const section of sections) section.hidden = section.id !== chosen;
    for (const card of document.querySelectorAll("#sources .card"))
      card.classList.toggle("current", card.id !== "" && card.id === current);
  }

  function show(section) {
    if (!section) return;
    chosen = section.id;
    arrange();
  }

  /* Bring an element into view and give it the focus: a reader of the screen goes where the eye goes. At
   * once, and again should the chat have scrolled meanwhile: a smooth scroll is cut off by the next one. */
  function goTo(element, block = "nearest") {
    if (!element) return;
    element.scrollIntoView({ block });
    element.focus({ preventScroll: true });
    for (const wait of [250, 700]) setTimeout(() => {
      const now = element.id ? document.getElementById(element.id) : element;  // it may have been drawn anew
      now?.scrollIntoView({ block });
    }, wait);
  }

  function cite(link) {
    const card = byId(link.getAttribute("href"));
    if (!card) return;
    if (link.closest("#chat")) follower = link;
    current = card.id;
    show(card.closest("section.evidence"));
    goTo(card);
  }

  function evidence(link) {
    const section = byId(link.getAttribute("href"));
    follower = link;
    show(section);
    goTo(section, "start");
  }

  function back(link) {
    const answer = byId(link.getAttribute("href"));
    goTo(answer?.contains(follower) ? follower : answer, "center");
  }

  /* The whole article: asked for through Gradio's own components, shown as a modal dialog. */
  function open(button) {
    const { path, start, end } = button.dataset;
    opener = button;
    const shown = document.querySelector("#article dialog.whole");
    const same = shown && ["path", "start", "end"].every((key) => shown.dataset[key] === button.dataset[key]);
    if (same) reveal(shown);
    const box = document.querySelector("#wanted textarea, #wanted input");
    if (!box) return;
    box.value = JSON.stringify({ path, start: Number(start), end: Number(end) });
    box.dispatchEvent(new Event("input", { bubbles: true }));
    const fetch = document.querySelector("#fetch");
    setTimeout(() => (fetch?.querySelector("button") ?? fetch)?.click(), 0);
  }

  function reveal(dialog) {
    if (!dialog.open) dialog.showModal();
    dialog.querySelector(".text")?.focus({ preventScroll: true });
    dialog.querySelector("mark")?.scrollIntoView({ block: "center" });
  }

  /* An article that was asked for has come: Gradio put a dialog where another, or none, was. */
  function receive() {
    const dialog = document.querySelector("#article dialog.whole:not([open])");
    if (!dialog || dialog.dataset.seen) return;
    dialog.dataset.seen = "yes";
    reveal(dialog);
  }

  function closed() {
    (opener?.isConnected ? opener : document.getElementById(chosen))?.focus();
  }

  /* An answer as plain text: its sentences with their numbers, then the cited sentences with their origin. */
  function plain(answer) {
    const words = (element) => (element?.textContent ?? "").replace(/\s+/g, " ").trim();
    const said = [...answer.querySelectorAll(".claim")].map((claim) =>
      [words(claim.querySelector(".said")), ...[...claim.querySelectorAll(".cite")].map(words)].join(" "));
    const href = answer.querySelector("a.evidence")?.getAttribute("href") ?? "#";
    const cards = byId(href)?.querySelectorAll(".card[id]") ?? [];
    const cited = [...cards].map((card) =>
      `[${card.id.split("-").at(-1)}] “${words(card.querySelector("mark"))}” ` +
      `${words(card.querySelector(".title"))}, ${words(card.querySelector(".origin"))}`);
    return [...(said.length ? said : [words(answer.querySelector(".refusal"))]), "", ...cited].join("\n").trim();
  }

  async function copy(button) {
    const text = plain(button.closest(".answer"));
    try {
      await navigator.clipboard.writeText(text);
    } catch {  // no clipboard for a page that is neither local nor https
      const area = Object.assign(document.createElement("textarea"), { value: text });
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      button.focus();
    }
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  }

  /* Gradio names a message by its raw text, tags and all; a reader of the screen gets a plain name. */
  function name() {
    for (const message of document.querySelectorAll('#chat [data-testid="bot"], #chat [data-testid="user"]')) {
      const plain = message.dataset.testid === "bot" ? "Answer" : "Question";
      if (message.getAttribute("aria-label") === plain) continue;
      message.setAttribute("role", "group");
      message.setAttribute("aria-label", plain);
    }
  }

  const does = { "a.cite": cite, "a.evidence": evidence, "a.back": back, "button.open": open, "button.copy": copy,
    "button.close": (button) => button.closest("dialog")?.close() };

  document.addEventListener("click", (event) => {
    if (event.target.matches?.("dialog.whole")) event.target.close();  // the backdrop
    for (const [selector, act] of Object.entries(does)) {
      const element = event.target.closest?.(selector);
      if (!element?.closest("#chat, #sources, #article")) continue;
      event.preventDefault();
      act(element);
      return;
    }
  });
  document.addEventListener("close", (event) => { if (event.target.matches("dialog.whole")) closed(); }, true);
  new MutationObserver(() => { arrange(); receive(); name(); }).observe(document.body, {
    childList: true, subtree: true, attributes: true, attributeFilter: ["aria-label"],
  });
  arrange();
  name();
}

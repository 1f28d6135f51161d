/*
 * What a click on the page's own links and buttons does.
 *
 * Law: one listener on the document for each kind of event, so that whatever Gradio renders anew goes on
 * working. Nothing is fetched or evaluated; text reaches the page as text only. The panel shows the evidence
 * of one answer: the newest, or that of the link followed since the last question. What a link leads to comes
 * into view whenever it is there, and the page never moves against the reader. Nothing is stored but the
 * question under way, in this tab alone, until its answer is there.
 *
 * Does not know: answers and articles; they are HTML when they come here, made by rag/page.
 */
() => {
  const byId = (href) => document.getElementById(href.replace(/^#/, ""));
  const STORED = "byline-asked";  // in the tab's own storage: the question that has no answer yet
  let newest = "";  // id of the last section of the panel
  let chosen = "";  // id of the section that is shown
  let picked = false;  // whether the reader chose it, and has asked nothing since
  let current = "";  // id of the card that was brought forward last
  let goal = null;  // where the reader wants to be, until they have been there a moment or move on
  let follower = null;  // the link in the chat that was followed last
  let opener = null;  // the button that asked for the whole article
  let asked = kept();  // the question that has no answer yet, and the answer that was the last one then
  let lost = asked?.text ?? "";  // it, after the page was loaded anew, until it is back in the box

  /* The panel: one section is shown. A new answer's evidence comes forward by itself. */
  function arrange() {
    const sections = [...document.querySelectorAll("#sources section.evidence")];
    const last = sections.at(-1)?.id ?? "";
    const stays = sections.some((section) => section.id === chosen) && (picked || last === newest);
    if (!stays) [chosen, picked] = [last, false];
    newest = last;
    for (const section of sections)
      if (section.hidden !== (section.id !== chosen)) section.hidden = !section.hidden;  // else nothing to see
    for (const card of document.querySelectorAll("#sources .card"))
      card.classList.toggle("current", card.id !== "" && card.id === current);
  }

  /* Go to what ``find`` finds: at once, or as soon as it is there. An answer is drawn before its evidence, and
   * long before it where the machine is busy. */
  function goTo(find, block = "nearest") {
    goal = { find, block, found: null };
    arrive();
  }

  /* Bring the goal into view and give it the focus: a reader of the screen goes where the eye goes. Again
   * should it be drawn anew, or should the chat scroll meanwhile. */
  function arrive() {
    const element = goal?.find();
    if (!element || element === goal.found) return;
    const section = element.closest("section.evidence");
    if (section) [chosen, picked] = [section.id, true];
    arrange();
    const mine = goal;
    goal.found = element;
    look(mine);
    element.focus({ preventScroll: true });
    setTimeout(() => look(mine), 250);
    setTimeout(() => { if (look(mine)) goal = null; }, 700);
  }

  /* Scroll to the goal if the reader still wants to be there; in a card longer than the window, to its mark. */
  function look(wanted) {
    if (goal !== wanted) return false;
    wanted.found.scrollIntoView({ block: wanted.block });
    if (wanted.found.matches(".card")) wanted.found.querySelector("mark")?.scrollIntoView({ block: "nearest" });
    return true;
  }

  function cite(link) {
    const href = link.getAttribute("href");
    if (link.closest("#chat")) follower = link;
    current = href.replace(/^#/, "");
    goTo(() => byId(href));
  }

  function evidence(link) {
    follower = link;
    goTo(() => byId(link.getAttribute("href")), "start");
  }

  function back(link) {
    const answer = byId(link.getAttribute("href"));
    goTo(() => (answer?.contains(follower) ? follower : answer), "center");
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

  /* An answer as plain text: its sentences, quoted, with their numbers, then the cited ones with their origin. */
  function plain(answer) {
    const words = (element) => (element?.textContent ?? "").replace(/\s+/g, " ").trim();
    const quoted = (element) => (element?.matches("q") ? `“${words(element)}”` : words(element));
    const said = [...answer.querySelectorAll(".claim")].map((claim) =>
      [quoted(claim.querySelector(".said")), [...claim.querySelectorAll(".cite")].map(words).join("")].join(" "));
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

  /* The question under way is kept in this tab until its answer is there, so that a page that was loaded anew,
   * by the reader or because the connection broke, gives it back: as the text of the box, never as markup. */
  const box = () => document.querySelector("#question textarea");
  const latest = () => [...document.querySelectorAll("#chat .answer")].at(-1)?.id ?? "";

  function keep(question) {
    asked = question;
    try {
      if (asked) sessionStorage.setItem(STORED, JSON.stringify(asked));
      else sessionStorage.removeItem(STORED);
    } catch { /* a browser that stores nothing: nothing is given back */ }
  }

  function kept() {
    try {
      return JSON.parse(sessionStorage.getItem(STORED));
    } catch {
      return null;
    }
  }

  function asks(text) {
    picked = false;
    if (text.trim()) keep({ text, after: latest() });
  }

  function write(text) {
    box().value = text;
    box().dispatchEvent(new Event("input", { bubbles: true }));
  }

  function giveBack() {
    if (!lost || !box()) return;
    if (!box().value) write(lost);
    lost = "";
  }

  /* Once the answer is there: it may have been kept in the very moment that the page was left. */
  function settle() {
    const now = asked && !document.querySelector("#chat .pending") ? latest() : "";
    if (!now || now === asked.after) return;
    if (box()?.value === asked.text) write("");
    keep(null);
  }

  /* A question that failed is asked again: it stands in the message above. */
  function again(button) {
    const above = [...document.querySelectorAll('#chat [data-testid="user"]')].filter(
      (each) => each.compareDocumentPosition(button) & Node.DOCUMENT_POSITION_FOLLOWING);
    const send = document.querySelector("#send");
    if (!above.length || !box()) return;
    write(above.at(-1).innerText.trim());
    setTimeout(() => (send?.querySelector("button") ?? send)?.click(), 50);
  }

  const does = { "a.cite": cite, "button.again": again, "a.evidence": evidence, "a.back": back, "button.open": open, "button.copy": copy,
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
  document.addEventListener("click", (event) => {  // before Gradio hears of it
    const pressed = (selector) => event.target.closest?.(selector);
    if (pressed("#send")) asks(box().value);
    else if (pressed("#examples button")) asks(pressed("#examples button").textContent);
    else if (pressed("#retry, #chat [aria-label=Retry]")) picked = false;
    else if (pressed("#new, #delete, #conversations")) keep(null);
  }, true);
  document.addEventListener("keydown", (event) => {
    const sends = event.key === "Enter" && !event.shiftKey && !event.isComposing;
    if (sends && event.target === box()) asks(box().value);
  }, true);
  for (const moves of ["pointerdown", "keydown", "wheel", "touchmove"])
    document.addEventListener(moves, () => { goal = null; }, { capture: true, passive: true });
  document.addEventListener("close", (event) => { if (event.target.matches("dialog.whole")) closed(); }, true);
  const drawn = () => { arrange(); arrive(); receive(); name(); giveBack(); settle(); };
  new MutationObserver(drawn).observe(document.body, {
    childList: true, subtree: true, characterData: true,
    attributes: true, attributeFilter: ["aria-label", "class", "hidden", "id"],
  });
  drawn();
}

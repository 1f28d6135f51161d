"""The page: a chat in the browser where every sentence shows its source.

Law: what is shown as an answer is an Answer; the page reaches no host but its own, and what articles,
models and users say is data in it, never markup.

Does not know: how questions are answered, what the commands are.
"""

from rag.front.page.serve import Page, open_page

__all__ = ["Page", "open_page"]

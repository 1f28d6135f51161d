"""What is asked, without the words that people put around a question: "Hello! Can you tell me what it cost?".

Law: told by form alone; what follows is kept word for word, and is a question by its first word. In doubt
nothing is taken off.

Does not know: models, what is asked.
"""

import re

from rag.question.parts import WORD

_GREETING = re.compile(
    r"^(?:(?:hi|hello|hey|good (?:morning|afternoon|evening)|thanks|thank you|ok|okay|sorry|please"
    r"|(?:quick|one more|next) question)(?: (?:there|all|byline))?\s*[,.!:–—-]+\s*)+",
    re.IGNORECASE,
)
_FRAME = re.compile(
    r"^(?:and\s+)?(?:(?:(?:can|could|would|will) you )?(?:please )?(?:tell|show|remind) (?:me|us)"
    r"|(?:i['’]d|i would) like to know|i (?:want|need) to (?:know|find out)|do you know|any idea"
    r"|do (?:the|these|my) (?:articles|reports) say),?\s+"
    rf"(?=(?:(?:at|by|for|from|in|on|to|with)\s+)?{WORD}\b)",
    re.IGNORECASE,
)


def restated(question: str) -> str:
    """The question without a greeting and a frame before it, on one line; itself where it has none."""
    text = plain = " ".join(question.split())
    for around in (_GREETING, _FRAME):
        left = around.sub("", text)
        text = left if len(left.split()) > 1 else text
    return question if text == plain else f"{text[:1].upper()}{text[1:]}"

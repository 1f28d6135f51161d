"""The kind of thing that a question names and wants a name of."""

import pytest

from rag.expected import expected


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("In which city were the talks to go on?", "a city"),
        ("At which organization was there a dispute?", "an organization"),
        ("Which university did Berg attend?", "a university"),
        ("Which news agency reported it?", "a news agency"),
        ("what broadcaster interviewed Berg", "a broadcaster"),
        ("Which court held that it was lawful?", "a court"),
        ("Which NATO country sent troops?", "a nato country"),
        ("Which cities were named?", ""),
        ("What name was given to it?", ""),
        ("Which year did it begin?", ""),
        ("What exactly was said?", ""),
        ("What was the fort called?", ""),
        ("What did Berg say?", ""),
        ("Who is the mayor of the city?", ""),
        ("Which of the cities was named?", ""),
        ("Which large northern port city was named?", ""),
        ("When Berg spoke, in which city was he?", ""),
    ],
)
def test_a_plain_noun_after_which_is_what_is_wanted(question: str, kind: str) -> None:
    assert expected(question, "Blue Room") == kind


@pytest.mark.parametrize(
    ("short", "named"),
    [
        ("Blue Room", True),
        ("the Blue Room", True),
        ("United Nations", True),
        ("X", True),
        ("Monday", False),
        ("60%", False),
        ("a blue room", False),
        ("Room 9", False),
        ("Berg said so", False),
        ("the", False),
        ("", False),
        ("One Two Three Four Five Six", False),
    ],
)
def test_only_a_name_is_held_to_it(short: str, named: bool) -> None:
    assert bool(expected("Which city was it?", short)) is named

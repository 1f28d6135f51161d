"""What a question takes for granted: the saying whose occasion is asked for."""

import pytest

from rag.presumed import Saying, presumed


@pytest.mark.parametrize(
    ("question", "saying"),
    [
        (
            "Where was Berg when he said that the wall may be built in May?",
            Saying("Berg", "the wall may be built in May"),
        ),
        ("Where was Anna Berg when she said the wall is safe?", Saying("Anna Berg", "the wall is safe")),
        (
            "Who sat beside Dahl when Berg announced that the wall is safe?",
            Saying("Berg", "the wall is safe"),
        ),
        ("Who was with Dahl and Berg when he said that the wall is safe?", Saying("", "the wall is safe")),
        ("In which city was Berg when he told the press that he was done?", Saying("Berg", "he was done")),
        ("What did Berg say that Europe paid?", None),
        ("When did Berg say that the wall is safe?", None),
        ("Where was Berg when it rained in Oslo all night?", None),
        ("When Berg said that the wall is safe, where was he?", None),
        ("Where was Berg when he said so?", None),
    ],
)
def test_a_question_for_the_occasion_of_a_saying_takes_it_for_granted(
    question: str, saying: Saying | None
) -> None:
    assert presumed(question) == saying


def test_who_said_it_is_asked_with_a_name_where_there_is_one() -> None:
    assert Saying("Berg", "it").question == "What did Berg say?"
    assert Saying("", "it").question == "What was said?"

"""What points back: told by how a sentence begins."""

import pytest

from rag.english.pointing import points_back


@pytest.mark.parametrize(
    ("sentence", "points"),
    [
        ("He resigned on Monday.", True),
        ("But they did not sail.", True),
        ("“Their boats are old,” Berg said.", True),
        ("Such a wall had never been built.", True),
        ("This cost 3 million.", True),
        ("It cost 3 million.", True),
        ("Later, when he came back, the wall was up.", True),
        ("It is likely that the wall will fall.", False),
        ("It remains unclear whether the wall will stand.", False),
        ("Berg said that he would go.", False),
        ("The wall fell.", False),
        ("Heavy rain fell.", False),
        ("Itasca is a town.", False),
        ("", False),
    ],
)
def test_a_sentence_points_back_where_it_begins_with_what_stands_for_another(
    sentence: str, points: bool
) -> None:
    assert points_back(sentence) is points

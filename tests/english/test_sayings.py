"""Who said it: a speaker stands beside a verb of saying."""

import pytest

from rag.english.sayings import speakers

PAID = "Europe paid 60% of the total, Macron said."


@pytest.mark.parametrize(
    ("span", "found"),
    [
        (PAID, ["macron"]),
        (
            "French President Emmanuel Macron told Fox News that he wants peace.",
            ["french president emmanuel macron"],
        ),
        ('"I have nothing to add," answered Peskov.', ["peskov"]),
        ("Kremlin spokesperson Dmitry Peskov, in a media call, said so.", ["dmitry peskov"]),
        ("According to TASS, talks will go on.", ["tass"]),
        ("Talks will go on, according to the Kremlin.", ["kremlin"]),
        ("Macron stressed it. Trump denied it.", ["macron", "trump"]),
        ("Europe paid 60%, said Emmanuel Macron.", ["emmanuel macron"]),
        ("“Russia will win,” said Peskov.", ["peskov"]),
        ("NATO would not expand, added Trump.", ["trump"]),
        ("Lavrov, the foreign minister of Russia, said peace is near.", ["lavrov"]),
        ("Ukrainian officials say 12 died.", ["ukrainian"]),
        ("On Monday the president said so.", []),
        ("Spain added 200,000 jobs.", []),
        ("Macron called Trump on Monday.", []),
        ("He said Europe paid.", []),
        ("Officials said that talks had failed.", ["officials"]),
        ("Europe paid 60% of the total.", []),
        ("The statement was long.", []),
    ],
)
def test_speakers_stand_beside_a_verb_of_saying(span: str, found: list[str]) -> None:
    assert [set(name) for name in speakers(span)] == [set(name.split()) for name in found]

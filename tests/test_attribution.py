"""Who said it: a claim keeps the speaker of its source."""

import pytest

from rag.attribution import keeps_speaker, speakers

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


@pytest.mark.parametrize(
    ("claim", "span", "kept"),
    [
        ("Europe paid 60%, Macron said.", PAID, True),
        ("According to Macron, Europe paid 60%.", PAID, True),
        ("Europe paid 60% of the total.", PAID, False),
        ("Europe paid 60%, Trump said.", PAID, False),
        ("Trump denied it.", "Macron stressed it. Trump denied it.", True),
        ("Europe paid 60%.", "Europe paid 60%.", True),
        ("Europe paid.", "He said Europe paid.", True),
    ],
)
def test_a_claim_without_its_speaker_does_not_pass(claim: str, span: str, kept: bool) -> None:
    assert keeps_speaker(claim, span) is kept


def test_a_span_keeps_its_own_speakers() -> None:
    for span in (PAID, '"No," answered Peskov.', "According to TASS, talks will go on."):
        assert keeps_speaker(span, span)

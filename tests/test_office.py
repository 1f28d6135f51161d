"""An office that is asked for is not told by another one."""

import pytest

from rag.office import is_other_office


@pytest.mark.parametrize(
    ("question", "short", "span", "other"),
    [
        ("Who is the foreign minister?", "Anna Berg", "Reporters asked spokesperson Anna Berg.", True),
        ("Who is the foreign minister?", "Berg", "Reporters asked spokesperson Anna Berg.", True),
        ("Who is the foreign minister?", "Berg", "Anna Berg, the city's mayor, spoke first.", True),
        ("Who's the foreign minister?", "Anna Berg", "Mayor Dahl met Foreign Minister Anna Berg.", False),
        (
            "Who is the foreign minister?",
            "Anna Berg",
            "Spokesperson Anna Berg said that the foreign minister had spoken.",
            True,
        ),
        (
            "Who is the foreign minister?",
            "Dahl",
            "Spokesperson Anna Berg met Foreign Minister Eva Dahl.",
            False,
        ),
        ("Who is the Norwegian foreign minister?", "Berg", "Swedish foreign minister Anna Berg spoke.", True),
        (
            "Who is Norway's foreign minister?",
            "Anna Berg",
            "The Swedish foreign minister Anna Berg spoke.",
            True,
        ),
        (
            "Who is Norway's foreign minister?",
            "Anna Berg",
            "Norwegian Foreign Minister Anna Berg spoke.",
            False,
        ),
        ("Who is the U.S. secretary of state?", "Berg", "American Secretary of State Berg spoke.", False),
        ("Who is Dahl's spokesperson?", "Berg", "Norwegian spokesperson Anna Berg spoke.", False),
        ("Who is Putin's spokesperson?", "Peskov", "Kremlin spokesperson Dmitry Peskov spoke.", False),
        ("Who is the prime minister?", "Anna Berg", "Premier Anna Berg spoke.", False),
        ("Who is the spokesman of the port?", "Berg", "A spokeswoman, Berg, spoke.", False),
        ("Who is the foreign minister?", "Anna Berg", "Anna Berg met the mayor of Oslo.", False),
        ("Who is the foreign minister?", "the mayor", "The mayor spoke.", False),
        (
            "What's the name of the foreign minister?",
            "Anna Berg",
            "Reporters asked spokesperson Anna Berg.",
            True,
        ),
        (
            "What is the foreign minister called?",
            "Anna Berg",
            "Reporters asked spokesperson Anna Berg.",
            True,
        ),
        (
            "What is the name of the foreign minister?",
            "Anna Berg",
            "Foreign minister Anna Berg spoke.",
            False,
        ),
        ("What is the name of the boat?", "Anna Berg", "Reporters asked spokesperson Anna Berg.", False),
        (
            "Who was appointed by the president?",
            "Berg",
            "Judge Anna Berg was appointed by the president.",
            False,
        ),
        ("Who is the president's spokesman?", "Anna Berg", "Spokeswoman Anna Berg said so.", False),
        ("Who leads Oslo as mayor?", "Berg", "Anna Berg, a former minister, is mayor of Oslo.", False),
        ("Who is the mayor?", "Anna Berg", "Anna Berg, a former minister, leads Oslo as its mayor.", False),
        ("Who is the pope?", "Anna Berg", "Bishop Anna Berg was elected pope.", False),
        ("Who is the Danish premier?", "Anna Berg", "Denmark's Prime Minister Anna Berg spoke.", False),
        ("Who is the Norwegian premier?", "Anna Berg", "Norway's Prime Minister Anna Berg spoke.", False),
        ("Who is the Norwegian coach?", "Anna Berg", "Italian coach Anna Berg took over.", False),
        ("Who met the foreign minister?", "Anna Berg", "Reporters asked spokesperson Anna Berg.", False),
        ("Who is the leader of the party?", "Berg", "President Berg spoke.", False),
    ],
)
def test_an_office_is_not_told_by_another_one(question: str, short: str, span: str, other: bool) -> None:
    assert is_other_office(question, short, span) is other

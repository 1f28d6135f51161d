"""The gates: whatever a draft says, an answer holds only what its exact source sentences hold."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Hit, Passage, Sentence, Source
from rag.answer import REFUSAL, Answer, Claim, Draft, Model, Seconds, Statement, Tokens
from rag.prompt import COMPOSED, EXAMPLES, number
from rag.values import missing
from rag.verify import ALSO_READ, verify

TEXTS = {
    "aid.txt": "Money divided them. Europe paid 60% of the total, by Macron's count. Trump disagreed.\n"
    "The United States paid $350 billion, Trump claimed. They met on 24 February 2025.\n",
    "bridge.txt": "The bridge reopened on Monday. It had been closed for 12 days after a flood.\n",
    "empty-line.md": "Peskov had nothing to add.\n\nLavrov ruled out NATO troops.\n",
}
PER_PASSAGE = 3


def hits_over(texts: dict[str, str]) -> tuple[Hit, ...]:
    """Passages of three sentences each; a sentence ends at a full stop."""
    found: list[Hit] = []
    for path, text in texts.items():
        ends = [i + 1 for i, letter in enumerate(text) if letter == "."]
        starts = [next(i for i in range(end, len(text)) if not text[i].isspace()) for end in [0, *ends[:-1]]]
        spans = [Sentence(a, b, text[a:b]) for a, b in zip(starts, ends, strict=True)]
        for first in range(0, len(spans), PER_PASSAGE):
            part = tuple(spans[first : first + PER_PASSAGE])
            start, end = part[0].start, part[-1].end
            passage = Passage(f"{path}:{start}", Source(path, path), start, end, text[start:end], part)
            found.append(Hit(passage, 1 / (len(found) + 61)))
    return tuple(found)


HITS = hits_over(TEXTS)
SENTENCES = number(HITS)
"""S1 Money, S2 Europe, S3 Trump, S4 United States, S5 met, S6 bridge, S7 closed, S8 Peskov, S9 Lavrov."""


def draft(
    *statements: tuple[str, tuple[int, ...]], support: float | None = 0.95, question: str = "Who paid?"
) -> Draft:
    return Draft(
        question=question,
        standalone_question=question,
        hits=HITS,
        sentences=SENTENCES,
        statements=tuple(Statement(text, numbers) for text, numbers in statements),
        support=support,
        threshold=0.9,
        reply="as it came",
        model=Model("embedded", "small", "abc"),
        tokens=Tokens(10, 5, 4096),
        seconds=Seconds(0.1, 0.2, 0.3),
    )


def summary(answer: Answer) -> list[tuple[str, bool, list[tuple[int, str]]]]:
    return [(c.text, c.verbatim, [(each.n, each.quote) for each in c.citations]) for c in answer.claims]


PAID = "Europe paid 60% of the total, by Macron's count."
MET = "They met on 24 February 2025."
CLOSED = "It had been closed for 12 days after a flood."


def test_a_claim_that_its_sentence_holds_becomes_an_answer() -> None:
    hit = SENTENCES[1].hit
    answer = verify(draft(("Europe paid sixty per cent.", (2,))))
    assert summary(answer) == [("Europe paid sixty per cent.", False, [(1, PAID)])]
    assert answer.claims[0].checks == (("values", True), ("attribution", True))
    assert answer.text == "Europe paid sixty per cent. [1]"
    assert not answer.refused
    assert answer.also_read == tuple(h for h in HITS if h != hit)[:ALSO_READ]


def test_what_the_draft_measured_goes_over_unchanged() -> None:
    given_draft = replace(draft(("Trump disagreed.", (3,))), standalone_question="Did Trump agree?")
    answer = verify(given_draft)
    for field in ("question", "standalone_question", "support", "model", "tokens", "seconds"):
        assert getattr(answer, field) == getattr(given_draft, field)


@pytest.mark.parametrize(
    ("claim", "why"),
    [
        ("Europe paid 16% of the total.", "an altered figure"),
        ("Europe paid 60 of every 600.", "a figure too many"),
        ("Putin said Europe paid 60%.", "an altered name"),
        ("Europe paid 60 dollars.", "an altered unit"),
        ("The ferry paid 60%.", "a word of the examples"),
        ("Europe paid 60%, by the council's count.", "a word of the examples"),
    ],
)
def test_a_claim_that_fails_is_replaced_word_for_word_and_marked(claim: str, why: str) -> None:
    answer = verify(draft((claim, (2,))))
    assert summary(answer) == [(PAID, True, [(1, PAID)])], why
    assert answer.claims[0].checks == (("values", False), ("attribution", True))
    assert answer.text == f"{PAID} [1]"


def test_a_word_of_the_examples_may_stand_where_the_question_has_it() -> None:
    answer = verify(draft(("The ferry was paid by Europe.", (2,)), question="Who paid the ferry?"))
    assert not answer.claims[0].verbatim


@pytest.mark.parametrize(
    "copied",
    [
        *(reply.split("Answer: ")[1] for *_, reply in EXAMPLES if "Answer: " in reply),
        *(text for example in COMPOSED for text in example[2:]),
    ],
)
def test_an_answer_copied_from_the_examples_is_never_shown(copied: str) -> None:
    answer = verify(draft((copied, (3,))))
    assert summary(answer) == [("Trump disagreed.", True, [(1, "Trump disagreed.")])]


@pytest.mark.parametrize(
    ("claim", "kept"),
    [
        ("The United States paid $350 billion, Trump claimed.", True),
        ("Trump spoke of $350 billion.", True),
        ("The United States paid $350 billion.", False),
        ("The President claimed that the United States paid $350 billion.", False),
    ],
)
def test_a_claim_that_loses_its_speaker_is_replaced_word_for_word(claim: str, kept: bool) -> None:
    told = "The United States paid $350 billion, Trump claimed."
    answer = verify(draft((claim, (4,))))
    assert summary(answer) == [(claim if kept else told, not kept, [(1, told)])]
    assert dict(answer.claims[0].checks)["attribution"] is kept


@pytest.mark.parametrize("numbers", [(0,), (-1,), (99,), (10,), (), (2, 99), (2, 0), (-1, 1)])
def test_sentences_that_do_not_exist_are_refused_and_cite_nothing(numbers: tuple[int, ...]) -> None:
    answer = verify(draft(("Europe paid 60%.", numbers)))
    assert (answer.text, answer.refused, answer.claims) == (REFUSAL, True, ())
    assert answer.also_read == HITS[:ALSO_READ]


@pytest.mark.parametrize("text", ["", "  ", "\n\t"])
def test_a_statement_that_says_nothing_is_refused(text: str) -> None:
    assert verify(draft((text, (2,)))).refused


@pytest.mark.parametrize(
    ("support", "refused"),
    [(None, True), (0.0, True), (0.8999, True), (float("nan"), True), (0.9, False), (1.0, False)],
)
def test_an_answer_needs_its_support(support: float | None, refused: bool) -> None:
    answer = verify(draft(("Europe paid 60%.", (2,)), support=support))
    assert (answer.refused, answer.text == REFUSAL, answer.claims == ()) == (refused,) * 3


def test_a_draft_without_a_statement_is_a_refusal() -> None:
    assert verify(draft()).refused


def test_a_refusal_offers_what_was_found_and_nothing_where_nothing_was() -> None:
    assert verify(draft()).also_read == HITS[:ALSO_READ]
    assert verify(replace(draft(), hits=(), sentences=())).also_read == ()


def test_a_wrong_statement_does_not_take_a_right_one_with_it() -> None:
    answer = verify(draft(("Nobody paid.", (99,)), ("Europe paid 60%.", (2,))))
    assert answer.text == "Europe paid 60%. [1]"


@pytest.mark.parametrize("named", [1, 3, 6])
def test_a_claim_that_only_another_sentence_holds_is_not_believed(named: int) -> None:
    own = SENTENCES[named - 1].sentence.text
    assert summary(verify(draft(("Europe paid 60%, by Macron's count.", (named,))))) == [
        (own, True, [(1, own)])
    ]


def test_the_same_claim_counts_once() -> None:
    answer = verify(draft(("Europe paid 60%.", (2,)), ("Europe paid 60%.", (2,)), ("Europe paid 99%.", (2,))))
    assert answer.text == f"Europe paid 60%. [1] {PAID} [1]"


def test_distinct_spans_are_numbered_in_the_order_of_use() -> None:
    answer = verify(
        draft(("It was closed for 12 days.", (7,)), ("Europe paid 60%.", (2,)), ("Closed by a flood.", (7,)))
    )
    assert [[c.n for c in claim.citations] for claim in answer.claims] == [[1], [2], [1]]
    assert answer.text == "It was closed for 12 days. [1] Europe paid 60%. [2] Closed by a flood. [1]"


def test_several_sentences_are_cited_in_the_order_of_the_text_and_once_each() -> None:
    answer = verify(draft(("They met on 24 February 2025 and Trump disagreed.", (5, 3, 5))))
    assert summary(answer)[0][2] == [(1, "Trump disagreed."), (2, MET)]
    assert answer.text.endswith(" [1][2]")


def test_a_failing_claim_over_several_sentences_is_replaced_by_all_of_them() -> None:
    answer = verify(draft(("They met on 25 March.", (3, 5))))
    assert summary(answer)[0][:2] == (f"Trump disagreed. {MET}", True)


def test_spans_at_the_same_place_of_different_articles_are_different() -> None:
    texts = {"a.txt": "Same words here.", "b.txt": "Same words here."}
    hits = hits_over(texts)
    both = replace(draft(("Same words.", (1,)), ("Same words.", (2,))), hits=hits, sentences=number(hits))
    answer = verify(both)
    assert [(c.citations[0].n, c.citations[0].source.path) for c in answer.claims] == [
        (1, "a.txt"),
        (2, "b.txt"),
    ]


WORDS = [*" ".join(TEXTS.values()).split(), "ferry", "council", "61%", "Putin", "none", "[9]"]
STATEMENTS = st.lists(
    st.tuples(
        st.one_of(
            st.sampled_from([s.sentence.text for s in SENTENCES]),
            st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join),
            st.text(max_size=30),
        ),
        st.lists(st.integers(-2, 12), max_size=3).map(tuple),
    ),
    max_size=4,
)
SUPPORT = st.one_of(st.none(), st.floats(0, 1))


@given(STATEMENTS, SUPPORT)
def test_every_quote_is_the_articles_own_text(
    said: list[tuple[str, tuple[int, ...]]], support: float | None
) -> None:
    for claim in verify(draft(*said, support=support)).claims:
        assert claim.citations
        for each in claim.citations:
            assert each.quote == TEXTS[each.source.path][each.start : each.end]
            assert each.quote in {s.sentence.text for s in SENTENCES}


@given(STATEMENTS, SUPPORT)
def test_every_claim_is_held_by_its_citations(
    said: list[tuple[str, tuple[int, ...]]], support: float | None
) -> None:
    for claim in verify(draft(*said, support=support)).claims:
        span = " ".join(each.quote for each in claim.citations)
        assert missing(claim.text, span) == ()
        assert claim.text == span if claim.verbatim else claim.text in {text.strip() for text, _ in said}
        assert claim.verbatim != all(passed for _, passed in claim.checks)


@given(STATEMENTS, SUPPORT)
def test_a_refusal_carries_no_claims_and_an_answer_some(
    said: list[tuple[str, tuple[int, ...]]], support: float | None
) -> None:
    answer = verify(draft(*said, support=support))
    assert answer.refused == (answer.claims == ()) == (answer.text == REFUSAL)
    assert not answer.refused or answer.also_read == HITS[:ALSO_READ]


@given(STATEMENTS)
def test_the_text_is_the_claims_with_their_marks(said: list[tuple[str, tuple[int, ...]]]) -> None:
    def marked(claim: Claim) -> str:
        return f"{claim.text} " + "".join(f"[{each.n}]" for each in claim.citations)

    answer = verify(draft(*said))
    assert answer.text == (" ".join(map(marked, answer.claims)) or REFUSAL)
    spans = {e.n: (e.source.path, e.start, e.end) for claim in answer.claims for e in claim.citations}
    assert sorted(spans) == list(range(1, len(spans) + 1))
    assert len(set(spans.values())) == len(spans)
    assert len(set(answer.claims)) == len(answer.claims)


@given(STATEMENTS)
def test_no_passage_with_a_cited_sentence_is_offered_to_read(said: list[tuple[str, tuple[int, ...]]]) -> None:
    answer = verify(draft(*said))
    for hit in answer.also_read:
        for each in (each for claim in answer.claims for each in claim.citations):
            passage = hit.passage
            assert each.source != passage.source or not passage.start <= each.start < passage.end
    assert len(answer.also_read) <= ALSO_READ

"""The gates: whatever a draft says, an answer holds only what its exact source sentences hold."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Hit, Passage, Sentence, Source
from rag.answer import REFUSAL, Answer, Call, Check, Claim, Draft, Model, Seconds, Statement, Tokens
from rag.prompt import COMPOSED, EXAMPLES, number
from rag.values import missing
from rag.verify import ALSO_READ, attribution, refusal, sentences, support, values, verify
from tests.scripted import hit

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
CLAIMED = "The United States paid $350 billion, Trump claimed."
CLOSED = "It had been closed for 12 days after a flood."


def test_a_claim_that_its_sentence_holds_becomes_an_answer() -> None:
    answer = verify(draft(("Europe paid sixty per cent.", (2,))))
    assert summary(answer) == [("Europe paid sixty per cent.", False, [(1, PAID)])]
    assert answer.claims[0].checks == (("values", True), ("attribution", True))
    assert answer.text == "Europe paid sixty per cent. [1]"
    assert not answer.refused
    assert answer.also_read == tuple(h for h in HITS if h != SENTENCES[1].hit)[:ALSO_READ]


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


def test_a_word_that_only_the_question_has_is_not_taken_over() -> None:
    answer = verify(draft(("The ferry was paid by Europe.", (2,)), question="Who paid the ferry?"))
    assert summary(answer) == [(PAID, True, [(1, PAID)])]
    assert Check("values", 1, False, "not in the source: ferry") in answer.checks


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
    shown = claim if kept else told
    assert summary(answer) == [(shown, shown == told, [(1, told)])]
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
    assert answer.text == "Europe paid 60%. [1]"


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
        assert claim.verbatim == (claim.text == span)
        assert claim.verbatim or all(passed for _, passed in claim.checks)


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
    for found in answer.also_read:
        for each in (each for claim in answer.claims for each in claim.citations):
            passage = found.passage
            assert each.source != passage.source or not passage.start <= each.start < passage.end
    assert len(answer.also_read) <= ALSO_READ


def statement(text: str, *numbers: int, short: str = "", support: float | None = None) -> Statement:
    return Statement(text, numbers, short, support)


@pytest.mark.parametrize(
    ("said", "cited", "detail"),
    [
        (statement("Europe paid.", 2), (2,), "S2"),
        (statement("Europe paid.", 3, 2, 3), (2, 3), "S2, S3"),
        (statement("Europe paid."), (), "names no sentence"),
        (statement("Europe paid.", 0), (), "no sentence S0"),
        (statement("Europe paid.", -1), (), "no sentence S-1"),
        (statement("Europe paid.", 2, 10), (), "no sentence S10"),
        (statement("", 2), (), "says nothing"),
        (statement(" ?! ", 2), (), "says nothing"),
        (statement("None.", 2), (), "says nothing"),
        (statement(REFUSAL, 2), (), "says nothing"),
    ],
)
def test_gate_sentences_finds_what_is_named_or_nothing(
    said: Statement, cited: tuple[int, ...], detail: str
) -> None:
    found, check = sentences(said, SENTENCES)
    assert tuple(s.number for s in found) == cited
    assert check == Check("sentences", None, bool(cited), detail)


@pytest.mark.parametrize(
    ("text", "asked", "absent"),
    [
        ("Europe paid 60%.", "", ""),
        ("Europe paid sixty per cent of it.", "", ""),
        ("Europe paid 61%.", "", "61 percent"),
        ("Europe and Putin paid 61%.", "", "61 percent, putin"),
        ("The ferry paid 60%.", "", "ferry"),
        ("The ferry paid 60%.", "Who paid the ferry?", "ferry"),
        ("Europe accepted 60%.", "What did Europe accept?", "accepted"),
        ("It paid the total by Macron's counting.", "", ""),
        ("Because Europe said so, they paid 60%.", "", ""),
        ("Europe lent 60% of a grant.", "", "grant, lent"),
        ("Bergen paid 60%.", "Who paid Bergen?", "bergen"),
    ],
)
def test_gate_values_names_what_the_span_does_not_hold(text: str, asked: str, absent: str) -> None:
    detail = f"not in the source: {absent}" if absent else ""
    assert values(text, PAID, asked) == Check("values", None, not absent, detail)


@pytest.mark.parametrize(
    ("measured", "passed", "detail"),
    [
        (0.95, True, "0.950, wanted 0.900"),
        (0.9, True, "0.900, wanted 0.900"),
        (0.89, False, "0.890, wanted 0.900"),
        (float("nan"), False, "nan, wanted 0.900"),
        (None, False, "not measured, wanted 0.900"),
    ],
)
def test_gate_support_wants_the_threshold(measured: float | None, passed: bool, detail: str) -> None:
    assert support(measured, 0.9) == Check("support", None, passed, detail)


@pytest.mark.parametrize(
    ("text", "span", "passed", "detail"),
    [
        ("Trump claimed it was $350 billion.", CLAIMED, True, "said by trump"),
        ("It was $350 billion.", CLAIMED, False, "said by trump"),
        ("It was 12 days.", CLOSED, True, ""),
        ("It was 12 days.", "He said it was 12 days.", True, ""),
        ("Lavrov said no.", "Yes, Peskov said. No, Lavrov said.", True, "said by lavrov, peskov"),
    ],
)
def test_gate_attribution_wants_a_speaker_of_the_span(
    text: str, span: str, passed: bool, detail: str
) -> None:
    assert attribution(text, span) == Check("attribution", None, passed, detail)


def test_gate_refusal_wants_a_claim() -> None:
    left = verify(draft(("Europe paid 60%.", (2,)))).claims
    assert refusal(left) == Check("refusal", None, True, "")
    assert refusal(()) == Check("refusal", None, False, "nothing stands: the articles don't say")


def lines(answer: Answer) -> list[tuple[str, int | None, bool]]:
    return [(check.gate, check.claim, check.passed) for check in answer.checks]


FIRST, LAST = [("sentences", None, True), ("support", None, True)], [("conflict", None, True)]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (
            [("Europe paid 60%.", (2,))],
            [*FIRST, ("values", 1, True), ("attribution", 1, True), *LAST, ("refusal", None, True)],
        ),
        (
            [("Europe paid 61%.", (2,)), ("They met.", (5,))],
            [
                *FIRST,
                *FIRST,
                *[
                    ("values", 1, False),
                    ("attribution", 1, True),
                    ("values", 2, True),
                    ("attribution", 2, True),
                ],
                *LAST,
                ("refusal", None, True),
            ],
        ),
        (
            [("Europe paid.", (99,)), ("It was $350 billion.", (4,))],
            [
                *[("sentences", None, False), ("support", None, True), *FIRST],
                *[("values", 1, True), ("attribution", 1, False)],
                *LAST,
                ("refusal", None, True),
            ],
        ),
        (
            [("", (1,))],
            [("sentences", None, False), ("support", None, True), *LAST, ("refusal", None, False)],
        ),
        ([], [*LAST, ("refusal", None, False)]),
    ],
    ids=["all pass", "a figure", "a number and a speaker", "nothing said", "nothing drafted"],
)
def test_every_gate_leaves_its_line(
    said: list[tuple[str, tuple[int, ...]]], found: list[tuple[str, int | None, bool]]
) -> None:
    assert lines(verify(draft(*said))) == found


def test_weak_support_leaves_its_line_and_its_reason() -> None:
    answer = verify(draft(("Europe paid 60%.", (2,)), support=0.5))
    assert Check("support", None, False, "0.500, wanted 0.900") in answer.checks
    assert answer.checks[-1] == refusal(())


@pytest.mark.parametrize(
    ("own", "drafts", "shown"),
    [(None, 0.95, True), (0.95, 0.1, True), (0.1, 0.95, False), (0.95, None, True)],
)
def test_a_statements_own_support_goes_before_the_drafts(
    own: float | None, drafts: float | None, shown: bool
) -> None:
    said = statement("Europe paid 60%.", 2, support=own)
    answer = verify(replace(draft(support=drafts), statements=(said,)))
    assert answer.refused is not shown


@given(STATEMENTS, SUPPORT)
def test_a_line_fails_exactly_where_its_gate_acted(
    said: list[tuple[str, tuple[int, ...]]], measured: float | None
) -> None:
    unlike = list(dict.fromkeys(said))
    answer = verify(draft(*unlike, support=measured))
    failed = [(check.gate, check.claim) for check in answer.checks if not check.passed]
    admitted = [
        (text, numbers) for text, numbers in unlike if sentences(Statement(text, numbers), SENTENCES)[0]
    ]
    dropped = [gate for gate, claim in failed if gate in ("sentences", "support")]
    assert dropped.count("sentences") == len(unlike) - len(admitted)
    strong = measured is not None and measured >= 0.9
    assert dropped.count("support") == (0 if strong else len(unlike))
    assert (("refusal", None) in failed) == answer.refused == (not admitted or not strong)
    assert ("conflict", None) not in failed
    if strong and len(answer.claims) == len(admitted):
        for n, (claim, (text, _)) in enumerate(zip(answer.claims, admitted, strict=True), 1):
            own = tuple((check.gate, check.passed) for check in answer.checks if check.claim == n)
            assert own == claim.checks
            assert all(passed for _, passed in own) or claim.verbatim
            assert claim.text == text.strip() or not all(passed for _, passed in own)


def said_by(path: str, published: str | None, text: str) -> Hit:
    return hit(text, path=path, published=published)


MARCH1 = said_by("old.txt", "2025-03-01", "The flood killed 12 people, Ada Byron said.")
MARCH2 = said_by("new.txt", "2025-03-02", "The flood killed 15 people.")
UNDATED = said_by("undated.txt", None, "The flood killed 18 people.")
FLOOD = number([MARCH1, MARCH2, UNDATED, hit("It rained.", path="rain.txt")])
SAYS = {
    1: statement("Ada Byron said that the flood killed 12 people.", 1, short="12", support=0.95),
    2: statement("The flood killed 15 people.", 2, short="15", support=0.92),
    3: statement("It killed 18 people.", 3, short="18", support=0.93),
    4: statement("It rained.", 4, short="rain", support=0.94),
}


def disputed(statements: Sequence[Statement], rivals: Sequence[Statement]) -> Draft:
    asked = replace(draft(question="How many people did the flood kill?"), hits=tuple(s.hit for s in FLOOD))
    return replace(asked, sentences=FLOOD, statements=tuple(statements), rivals=tuple(rivals))


@pytest.mark.parametrize(
    ("stated", "rivals", "order"),
    [
        (1, (2,), ["15", "12"]),
        (2, (1,), ["15", "12"]),
        (3, (1,), ["12", "18"]),
        (1, (3,), ["12", "18"]),
        (3, (1, 2), ["15", "12", "18"]),
        (1, (3, 2), ["15", "12", "18"]),
    ],
)
def test_gate_conflict_shows_every_side_with_its_citation_newest_first_and_undated_last(
    stated: int, rivals: tuple[int, ...], order: list[str]
) -> None:
    answer = verify(disputed([SAYS[stated]], [SAYS[n] for n in rivals]))
    (conflict,) = answer.conflicts
    assert [side.value for side in conflict.sides] == order
    assert tuple(side.claim for side in conflict.sides) == answer.claims
    quotes = [[citation.quote for citation in side.claim.citations] for side in conflict.sides]
    own = {s.short: [FLOOD[s.numbers[0] - 1].sentence.text] for s in SAYS.values()}
    assert quotes == [own[value] for value in order]
    assert [claim.citations[0].n for claim in answer.claims] == list(range(1, len(order) + 1))
    assert Check("conflict", None, False, " against ".join(order)) in answer.checks


def test_of_two_articles_of_one_day_the_answer_comes_before_its_rival() -> None:
    same_day = [replace(s, hit=replace_date(s.hit, "2025-03-01")) for s in FLOOD]
    answer = verify(replace(disputed([SAYS[2]], [SAYS[1]]), sentences=tuple(same_day)))
    assert [side.value for side in answer.conflicts[0].sides] == ["15", "12"]


def replace_date(found: Hit, published: str) -> Hit:
    source = replace(found.passage.source, published=published)
    return replace(found, passage=replace(found.passage, source=source))


@pytest.mark.parametrize(
    "rival",
    [
        replace(SAYS[2], numbers=(99,)),
        replace(SAYS[2], numbers=()),
        replace(SAYS[2], text=" "),
        replace(SAYS[2], support=0.89),
        replace(SAYS[2], support=float("nan")),
    ],
    ids=["no such sentence", "no sentence", "nothing said", "below the threshold", "not a number"],
)
def test_a_rival_that_fails_a_gate_is_no_conflict(rival: Statement) -> None:
    answer = verify(disputed([SAYS[1]], [rival]))
    assert (answer.conflicts, [claim.text for claim in answer.claims]) == ((), [SAYS[1].text])
    failed = [check.gate for check in answer.checks if not check.passed]
    assert failed in (["sentences"], ["support"])


def test_without_an_answer_there_is_nothing_to_contradict() -> None:
    answer = verify(disputed([replace(SAYS[1], support=0.1)], [SAYS[2]]))
    assert (answer.refused, answer.conflicts, answer.claims) == (True, (), ())


def test_what_else_is_stated_follows_the_sides_of_a_conflict() -> None:
    answer = verify(disputed([SAYS[1], SAYS[4]], [SAYS[2]]))
    assert [claim.text for claim in answer.claims] == [SAYS[n].text for n in (2, 1, 4)]
    assert [side.value for side in answer.conflicts[0].sides] == ["15", "12"]


def test_a_side_that_loses_its_speaker_is_shown_word_for_word() -> None:
    answer = verify(disputed([replace(SAYS[1], text="The flood killed 12 people.")], [SAYS[2]]))
    told = answer.conflicts[0].sides[1]
    assert (told.value, told.claim.text, told.claim.verbatim) == ("12", FLOOD[0].sentence.text, True)


@pytest.mark.parametrize("own", [True, False])
def test_a_side_counts_by_its_value_and_is_shown_word_for_word_where_its_sentence_fails(own: bool) -> None:
    """What the sentence around the value adds costs the sentence, not the contradiction."""
    wrong = [replace(SAYS[n], text=f"{SAYS[n].text[:-1]}, NATO said.") for n in (1, 2)]
    answer = verify(disputed([wrong[0] if own else SAYS[1]], [SAYS[2] if own else wrong[1]]))
    (conflict,) = answer.conflicts
    assert [side.value for side in conflict.sides] == ["15", "12"]
    told = conflict.sides[1 if own else 0].claim
    assert (told.text, told.verbatim) == (FLOOD[0 if own else 1].sentence.text, True)


HIDDEN = hit("Europe\u200b paid \u202e60%\u202c of it\u2060.", "It\u00ad rained.", path="hidden.txt")


@pytest.mark.parametrize(
    ("text", "shown", "verbatim"),
    [
        ("Europe paid 60\u200b%.", "Europe paid 60%.", False),
        ("Europe paid 61%.", "Europe paid 60% of it.", True),
        (HIDDEN.passage.sentences[0].text, "Europe paid 60% of it.", True),
        ("Europe paid 60% of it.", "Europe paid 60% of it.", True),
    ],
)
def test_a_claim_is_shown_without_what_nobody_sees_and_its_quote_as_it_stands(
    text: str, shown: str, verbatim: bool
) -> None:
    asked = replace(draft(), hits=(HIDDEN,), sentences=number([HIDDEN]))
    (claim,) = verify(replace(asked, statements=(statement(text, 1),))).claims
    assert (claim.text, claim.verbatim) == (shown, verbatim)
    assert [citation.quote for citation in claim.citations] == [HIDDEN.passage.sentences[0].text]


def test_what_a_receipt_keeps_goes_over_unchanged() -> None:
    call = Call("read", (("human", "Who?"),), " S1", (3, 1), 0.1, 0.9)
    given_draft = replace(disputed([SAYS[1]], [SAYS[2]]), calls=(call,))
    answer = verify(given_draft)
    assert (answer.calls, answer.hits, answer.threshold) == ((call,), given_draft.hits, 0.9)


def test_a_claim_said_twice_keeps_its_number_in_the_receipt() -> None:
    answer = verify(draft(("Europe paid 60%.", (2,)), ("Europe paid 60%.", (2,)), ("They met in May.", (5,))))
    values_lines = [(check.claim, check.passed) for check in answer.checks if check.gate == "values"]
    assert values_lines == [(1, True), (1, True), (2, False)]


@pytest.mark.parametrize("text", ["The flood killed 20 people.", "The flood killed 15 people."])
def test_a_rival_whose_value_its_source_does_not_hold_is_no_conflict(text: str) -> None:
    answer = verify(disputed([SAYS[1]], [replace(SAYS[2], text=text, short="20")]))
    assert answer.conflicts == ()


def test_the_value_of_a_side_stands_in_its_citations() -> None:
    answer = verify(disputed([replace(SAYS[1], short="20")], [SAYS[2]]))
    for side in (side for conflict in answer.conflicts for side in conflict.sides):
        assert missing(side.value, " ".join(citation.quote for citation in side.claim.citations)) == ()


@pytest.mark.parametrize("said", ["No", "no.", "Yes", "Yes, it did"])
def test_a_yes_or_a_no_is_a_side_although_no_sentence_holds_the_word(said: str) -> None:
    answer = verify(disputed([replace(SAYS[1], short=said)], [SAYS[2]]))
    assert [side.value for side in answer.conflicts[0].sides] == ["15", said]


def test_a_rival_that_repeats_the_claim_is_no_conflict() -> None:
    answer = verify(disputed([SAYS[1], SAYS[4]], [SAYS[1]]))
    assert (answer.conflicts, [claim.text for claim in answer.claims]) == ((), [SAYS[1].text, SAYS[4].text])


SWAPPED = hit("Oslo brushed the doubts of Bergen aside.", "It rained.", path="swapped.txt")


@pytest.mark.parametrize(
    ("text", "shown", "kept"),
    [
        ("Bergen brushed aside the doubts of Oslo.", SWAPPED.passage.sentences[0].text, False),
        ("Oslo brushed aside the doubts of Bergen.", "Oslo brushed aside the doubts of Bergen.", True),
    ],
)
def test_a_claim_in_which_two_have_changed_parts_gives_way_to_its_sentence(
    text: str, shown: str, kept: bool
) -> None:
    asked = replace(draft(), hits=(SWAPPED,), sentences=number([SWAPPED]))
    (claim,) = verify(replace(asked, statements=(statement(text, 1),))).claims
    assert (claim.text, claim.verbatim) == (shown, not kept)
    assert dict(claim.checks) == {"values": True, "attribution": kept}

"""Conversations: kept whole, read back equal, and never at the mercy of an id or of a broken file."""

import json
import re
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.article import Article, Source
from index.catalog import Where
from index.errors import IndexMissing, StorageError
from rag.answer import Answer, Candidate, Citation, Judged, NumberedSentence, Reading
from rag.question.followup import Turn
from rag.records.conversation import (
    Conversation,
    Conversations,
    Excerpt,
    Exchange,
    Summary,
    continued,
    exchange,
    turns,
)
from rag.records.conversation.excerpt import LONGEST
from tests.exchanges import (
    AID,
    NOW,
    OTHER,
    QUESTION,
    QUOTE,
    answered,
    article_of,
    cited,
    differing,
    exchanged,
    refused,
    stated,
    written,
)
from tests.scripted import hit


@pytest.fixture
def kept(tmp_path: Path) -> Conversations:
    return Conversations(tmp_path / "home" / "conversations")


def begun(kept: Conversations, *exchanges: Exchange) -> Conversation:
    conversation = kept.new()
    for each in exchanges or (exchanged(),):
        conversation = continued(conversation, each)
    return conversation


def file_of(kept: Conversations, conversation: Conversation, tmp_path: Path) -> Path:
    kept.save(conversation)
    return tmp_path / "home" / "conversations" / f"{conversation.id}.jsonl"


# An exchange


def test_an_exchange_tells_when_it_was_asked_and_of_what() -> None:
    made = exchanged(answered(), Where(since="2025-01-01"))
    assert (made.asked_at, made.question) == ("2025-03-01T12:00:00.000+01:00", QUESTION)
    assert (made.answer, made.filters) == (answered(), Where(since="2025-01-01"))


def test_ids_are_words_that_differ() -> None:
    ids = {exchanged().id for _ in range(50)} | {Conversations(Path("none")).new().id for _ in range(50)}
    assert len(ids) == 100
    assert all(re.fullmatch("[0-9a-f]{16}", id) for id in ids)


@pytest.mark.parametrize(
    ("quote", "before", "after"),
    [
        (QUOTE, "They spoke of money. The hall was full.\n\n", " Trump disagreed. The talks went on."),
        ("The two met at noon.", "", " They spoke of money. The hall was full."),
        ("They ended at six.", "Trump disagreed. The talks went on. ", ""),
        ("Trump disagreed. The talks went on.", f"The hall was full.\n\n{QUOTE} ", " They ended at six."),
        ("paid 60%", "The hall was full.\n\nEurope ", " of the total, Macron said. Trump disagreed."),
    ],
    ids=["middle", "first", "last", "two sentences", "a part"],
)
def test_an_excerpt_has_two_sentences_on_either_side(quote: str, before: str, after: str) -> None:
    made = exchanged(answered(stated("60%", cited(quote))))
    start = AID.text.index(quote)
    assert made.excerpts == (Excerpt("aid.md", start, start + len(quote), before, after),)


def test_a_span_that_is_cited_twice_has_one_excerpt() -> None:
    twice = answered(stated(), stated("no", cited(), cited("Trump disagreed.", 2)))
    assert [(e.start, e.end) for e in exchanged(twice).excerpts] == [
        (cited().start, cited().end),
        (cited("Trump disagreed.").start, cited("Trump disagreed.").end),
    ]


@pytest.mark.parametrize("fault", [KeyError("aid.md"), IndexMissing("Nothing is indexed.")])
def test_an_article_that_is_gone_leaves_the_quote_without_an_excerpt(fault: Exception) -> None:
    def gone(_: str) -> Article:
        raise fault

    made = exchange(answered(), gone, Where(), NOW)
    assert (made.answer, made.excerpts) == (answered(), ())


def test_an_article_that_changed_gives_no_excerpt_of_another_place() -> None:
    changed = replace(AID, text=AID.text.replace("noon", "twelve o'clock"))
    assert exchange(answered(), lambda _: changed, Where(), NOW).excerpts == ()


WORDS = st.sampled_from(
    ["Aid", "came", "late.", "He left.", "\n", "\n\n", "  ", "é" * 700, "- x", "No. 5", " " * 700]
)


@given(pieces=st.lists(WORDS, max_size=60), front=st.booleans(), data=st.data())
def test_an_excerpt_adjoins_its_quote_in_the_article(
    pieces: list[str], front: bool, data: st.DataObject
) -> None:
    head = "---\ntitle: x\n---\n" if front else ""
    text = head + " ".join(["Who.", *pieces])
    start = data.draw(st.integers(len(head), len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    article = Article(Source("a.md", "A"), text, len(head))
    citation = Citation(1, article.source, start, end, text[start:end])
    (found,) = exchange(answered(written("So.", citation)), lambda _: article, Where(), NOW).excerpts
    around = found.before + text[found.start : found.end] + found.after
    assert text[found.start - len(found.before) : found.end + len(found.after)] == around
    assert found.start - len(found.before) >= len(head)
    assert max(len(found.before), len(found.after)) <= LONGEST


def test_why_a_candidate_was_judged_as_it_was_is_not_kept() -> None:
    found = hit(QUOTE)
    shown = tuple(NumberedSentence(n, found, each) for n, each in enumerate(found.passage.sentences, 1))
    judged = Judged(Candidate(Reading(found, 1, shown, (1,), "60%"), (1,), "60%"), (("first", 1.0),), 0.9)
    known = replace(answered(), judged=(judged,), fired=("other.denies",))
    assert exchanged(known).answer == answered()


# A conversation


def test_the_first_question_shortened_is_the_title(kept: Conversations) -> None:
    long = "Why\u202e did the " + "very " * 20 + "long talks end?"
    conversation = begun(kept, exchanged(answered(question=long)), exchanged())
    assert (conversation.title, len(conversation.exchanges)) == ("Why did the " + "very " * 8 + "very …", 2)
    assert begun(kept).title == QUESTION


def test_a_conversation_can_be_followed_up(kept: Conversations) -> None:
    second = replace(refused("And who?"), standalone_question="And who (aid)?")
    conversation = begun(kept, exchanged(), exchanged(second))
    assert turns(conversation) == (
        Turn(QUESTION, QUESTION, answered()),
        Turn("And who?", "And who (aid)?", second),
    )


# Kept


def test_what_was_kept_is_read_back_equal(kept: Conversations, tmp_path: Path) -> None:
    where = Where("*.md", "2025-01-01", None, ("aid.md",))
    conversation = begun(kept, exchanged(where=where), exchanged(refused()))
    kept.save(conversation)
    assert Conversations(tmp_path / "home" / "conversations").load(conversation.id) == conversation


ANY_ANSWER = st.from_type(Answer)
TIMES = st.datetimes(timezones=st.timezones()).map(lambda time: time.isoformat())
OFFSETS = st.integers(0, 2**70)
IDS = st.text("0123456789abcdef", min_size=16, max_size=16)
EXCERPTS = st.builds(Excerpt, st.text(), OFFSETS, OFFSETS, st.text(), st.text())
EXCHANGES = st.builds(
    Exchange,
    IDS,
    TIMES,
    st.text(),
    ANY_ANSWER,
    st.lists(EXCERPTS, max_size=2).map(tuple),
    st.from_type(Where),
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(conversation=st.builds(Conversation, IDS, st.text(), st.lists(EXCHANGES, max_size=2).map(tuple)))
def test_every_conversation_is_read_back_as_it_was(conversation: Conversation) -> None:
    with TemporaryDirectory() as folder:
        kept = Conversations(Path(folder))
        kept.save(conversation)
        assert repr(kept.load(conversation.id)) == repr(conversation)  # of nan too
        assert [(each.id, each.title, each.count, each.fault) for each in kept.list()] == [
            (conversation.id, conversation.title, len(conversation.exchanges), "")
        ]


def test_half_characters_are_kept_as_question_marks(kept: Conversations) -> None:
    conversation = begun(kept, exchanged(answered(written("Half \ud83d of one."))))
    kept.save(conversation)
    assert kept.load(conversation.id).exchanges[0].answer.claims[0].text == "Half ? of one."


def test_nothing_is_made_before_there_is_something_to_keep(kept: Conversations, tmp_path: Path) -> None:
    assert (kept.new().exchanges, kept.list()) == ((), ())
    kept.delete(kept.new().id)
    with pytest.raises(KeyError):
        kept.load(kept.new().id)
    assert list(tmp_path.iterdir()) == []


def test_what_is_kept_is_its_owner_s_alone(kept: Conversations, tmp_path: Path) -> None:
    file = file_of(kept, begun(kept), tmp_path)
    assert [stat.S_IMODE(each.stat().st_mode) for each in (file, file.parent)] == [0o600, 0o700]


def test_the_list_shows_the_newest_first(kept: Conversations) -> None:
    times = [NOW, NOW + timedelta(milliseconds=1), NOW - timedelta(days=1)]
    made = [begun(kept, exchanged(answered(question=f"Who {n}?"), now=time)) for n, time in enumerate(times)]
    empty = kept.new()
    for each in (empty, *made):
        kept.save(each)
    assert kept.list() == (
        Summary(made[1].id, "Who 1?", "2025-03-01T12:00:00.001+01:00", 1),
        Summary(made[0].id, "Who 0?", "2025-03-01T12:00:00.000+01:00", 1),
        Summary(made[2].id, "Who 2?", "2025-02-28T12:00:00.000+01:00", 1),
        Summary(empty.id, "", None, 0),
    )


def test_times_of_several_zones_are_put_in_order(kept: Conversations) -> None:
    earlier, later = (
        begun(kept, replace(exchanged(), asked_at=time))
        for time in ("2025-03-01T12:00:00+05:00", "2025-03-01T10:00:00+01:00")
    )
    kept.save(later)
    kept.save(earlier)
    assert [each.id for each in kept.list()] == [later.id, earlier.id]


def test_a_conversation_is_replaced_and_forgotten(kept: Conversations) -> None:
    conversation, other = begun(kept, exchanged(), exchanged()), begun(kept)
    kept.save(conversation)
    kept.save(other)
    shorter = replace(conversation, exchanges=conversation.exchanges[:1])
    kept.save(shorter)
    assert kept.load(conversation.id) == shorter
    kept.delete(conversation.id)
    assert [each.id for each in kept.list()] == [other.id]
    with pytest.raises(KeyError):
        kept.load(conversation.id)


def test_an_exchange_is_added_to_what_is_kept(kept: Conversations) -> None:
    id, first, second = kept.new().id, exchanged(), exchanged(refused())
    assert kept.add(id, first) == Conversation(id, QUESTION, (first,))
    assert kept.add(id, second) == Conversation(id, QUESTION, (first, second)) == kept.load(id)


def test_tabs_that_add_at_once_lose_nothing(kept: Conversations, tmp_path: Path) -> None:
    id = kept.new().id
    made = [exchanged(answered(question=f"Who {n}?")) for n in range(12)]
    tabs = [Conversations(tmp_path / "home" / "conversations") for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: tabs[n % 4].add(id, made[n]), range(12)))
    assert sorted(each.question for each in kept.load(id).exchanges) == sorted(each.question for each in made)


# Kept by the first version


def first_version(file: Path) -> dict[str, Any]:
    """The file as the first version would have kept it, its sentences written by a model; its second line."""
    head, *rest = [json.loads(text) for text in file.read_text(encoding="utf-8").splitlines()]
    for row in rest:
        answer = row["answer"]
        claims = answer["claims"] + [side["claim"] for each in answer["conflicts"] for side in each["sides"]]
        for claim in claims:
            for name in ("short", "marks", "support"):
                del claim[name]
            claim |= {"text": "Macron said it was 60%.", "verbatim": False, "checks": [["values", True]]}
        del answer["judged"], answer["told"], answer["seconds"]["look"]
        answer["seconds"]["compose"] = 1.5
        answer["calls"] = [
            {"purpose": p, "messages": [], "reply": "", "tokens": [1, 1], "seconds": 0.25, "support": None}
            for p in ("read", "look", "look", "compose")
        ]
    lines = [json.dumps(row) for row in (head | {"version": 1}, *rest)]
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return dict(rest[0])


@pytest.mark.parametrize("answer", [answered(), refused(), differing(stated(), stated("noon", cited(n=2)))])
def test_what_the_first_version_kept_opens_as_it_was_shown(
    kept: Conversations, tmp_path: Path, answer: Answer
) -> None:
    conversation = begun(kept, exchanged(answer))
    file = file_of(kept, conversation, tmp_path)
    before = first_version(file)
    (read,) = kept.load(conversation.id).exchanges
    assert (read.answer.text, read.excerpts) == (answer.text, conversation.exchanges[0].excerpts)
    assert [claim.text for claim in read.answer.claims] == ["Macron said it was 60%."] * len(answer.claims)
    assert {(claim.short, claim.marks, claim.support) for claim in read.answer.claims} <= {("", (), 0.98)}
    assert (read.answer.judged, read.answer.told, read.answer.seconds.look) == ((), "", 0.5)
    assert len(read.answer.conflicts) == len(before["answer"]["conflicts"])
    assert [each.count for each in kept.list()] == [1]


def test_what_the_first_version_kept_is_kept_anew_once_it_goes_on(
    kept: Conversations, tmp_path: Path
) -> None:
    conversation = begun(kept)
    file = file_of(kept, conversation, tmp_path)
    first_version(file)
    longer = kept.add(conversation.id, exchanged(refused()))
    assert json.loads(file.read_bytes().splitlines()[0])["version"] == 2
    assert kept.load(conversation.id) == longer


@pytest.mark.parametrize("line", ["{}", "[]", "7", "{", '{"answer": {}}', '{"answer": {"claims": [1]}}'])
def test_a_broken_line_of_the_first_version_is_told(kept: Conversations, tmp_path: Path, line: str) -> None:
    conversation = begun(kept)
    file = file_of(kept, conversation, tmp_path)
    file.write_bytes(heading(version=1, count=1) + line.encode())
    with pytest.raises(StorageError, match="line 2"):
        kept.load(conversation.id)


# Ids and files from outside

STRANGE_IDS: list[Any] = [
    "", ".", "..", "../secret", "/etc/passwd", "secret", "a" * 15, "a" * 17, "A" * 16, "0123456789abcde\n",
    "0123456789abcdef\n", "0123456789abcdef/..", "\uff10" * 16, "\0" * 16, None, 7,
]  # fmt: skip


@pytest.mark.parametrize("id", STRANGE_IDS)
def test_an_id_is_never_a_path(kept: Conversations, tmp_path: Path, id: Any) -> None:
    file = file_of(kept, begun(kept), tmp_path)
    for place in (file.parent / "secret.jsonl", file.parent.parent / "secret.jsonl"):
        place.write_bytes(file.read_bytes())
    before = sorted(tmp_path.rglob("*"))
    for use in (
        kept.load,
        lambda id: kept.save(Conversation(id, "", ())),
        lambda id: kept.add(id, exchanged()),
    ):
        with pytest.raises(KeyError):
            use(id)
    kept.delete(id)
    assert sorted(tmp_path.rglob("*")) == before
    assert len(kept.list()) == 1


def heading(**changed: Any) -> bytes:
    row = {"kind": "byline conversation", "version": 2, "title": "Who?", "when": None, "count": 0}
    return json.dumps(row | changed).encode() + b"\n"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "it is no conversation"),
        (b"\xff\xfe\n", "it is no conversation"),
        (b"[]\n", "it is no conversation"),
        (b"[" * 60_000, "it is no conversation"),
        (b'{"version": 1}\n', "line 1 field kind: field required"),
        (heading(kind="byline receipt"), "line 1 field kind: input should be 'byline conversation'"),
        (heading(version=3), "it is of version 3, from a newer Byline; this one reads 2"),
        (heading(title=7), "line 1 field title: input should be a valid string"),
        (heading(when="yesterday"), "line 1 field when: invalid isoformat string: 'yesterday'"),
        (heading(count=-1), "line 1 field count: input should be greater than or equal to 0"),
    ],
)
def test_a_broken_file_is_told_of_and_left_as_it_is(
    kept: Conversations, tmp_path: Path, content: bytes, fault: str
) -> None:
    sound, broken = begun(kept), begun(kept)
    file = file_of(kept, broken, tmp_path)
    kept.save(sound)
    file.write_bytes(content)
    for use in (kept.load, lambda _: kept.save(broken), lambda id: kept.add(id, exchanged())):
        with pytest.raises(StorageError) as caught:
            use(broken.id)
        assert str(caught.value) == f"The conversation {broken.id} can't be read: {fault}."
        assert str(file) in caught.value.hint
    assert file.read_bytes() == content
    assert [(each.id, each.fault) for each in kept.list()] == [(sound.id, ""), (broken.id, fault)]
    kept.delete(broken.id)
    assert [each.id for each in kept.list()] == [sound.id]


def changed(row: dict[str, Any], field: str, value: Any) -> dict[str, Any]:
    first, _, rest = field.partition(".")
    return row | {first: changed(row[first], rest, value) if rest else value}


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("id", "../x", "string should match pattern"),
        ("id", '"><b>', "string should match pattern"),
        ("asked_at", "2025-03-01T12:00:00", "must be a time with its zone"),
        ("question", None, "input should be a valid string"),
        ("answer.refused", "no", "input should be a valid boolean"),
        ("answer.refused", 0, "input should be a valid boolean"),
        ("answer.support", "1", "input should be a valid number"),
        ("answer.claims", {}, "input should be a valid"),
        ("filters.paths", "aid.md", "input should be a valid"),
        ("excerpts", None, "input should be a valid"),
    ],
)
def test_a_field_that_can_not_be_is_named(
    kept: Conversations, tmp_path: Path, field: str, value: Any, told: str
) -> None:
    conversation = begun(kept)
    file = file_of(kept, conversation, tmp_path)
    first, row = file.read_bytes().splitlines()
    file.write_bytes(first + b"\n" + json.dumps(changed(json.loads(row), field, value)).encode())
    with pytest.raises(StorageError, match=f"line 2 field {field}: {told}"):
        kept.load(conversation.id)


def test_a_file_that_was_cut_short_is_not_taken_for_a_shorter_conversation(
    kept: Conversations, tmp_path: Path
) -> None:
    conversation = begun(kept, exchanged(), exchanged())
    file = file_of(kept, conversation, tmp_path)
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:2]))
    with pytest.raises(StorageError, match="1 of 2 questions are there"):
        kept.load(conversation.id)


def test_a_folder_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    kept = Conversations(tmp_path / "file" / "conversations")
    with pytest.raises(StorageError, match=r"conversations: not a directory\."):
        kept.save(begun(kept))


def test_a_write_that_fails_leaves_what_was_kept(kept: Conversations, tmp_path: Path) -> None:
    conversation = begun(kept)
    file = file_of(kept, conversation, tmp_path)
    file.unlink()
    file.mkdir()
    with pytest.raises(StorageError, match="is a directory"):
        kept.save(conversation)
    assert {each.name for each in file.parent.iterdir()} == {file.name, ".lock"}
    assert [each.fault for each in kept.list()] == ["is a directory"]


def test_two_articles_have_an_excerpt_each() -> None:
    both = answered(stated(), stated("40%", cited(OTHER.text.strip(), 2, OTHER)))
    assert [(e.path, e.before, e.after) for e in exchanged(both).excerpts][1] == ("poll.txt", "", "")
    assert article_of("poll.txt") is OTHER

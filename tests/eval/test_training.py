"""How the small judge is made: cases become pairs, and what was trained on is not measured."""

import json
import math
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval.training import measure, train
from eval.training.cases import Case, article_key, read_cases
from eval.training.changes import changed
from eval.training.pairs import Example, Mix, make_examples, pair_of, plain, shown, split
from eval.training.pointing import answer_in, pieces_of, pointing_loss
from eval.training.sentences import SENTENCES, joined, sentence_examples
from index.errors import CasesError, EmbedderError, StorageError
from rag.models.judge import SHA256, Pair
from rag.models.judge.encoder import Network, load, open_base, open_network, open_tokenizer, read, sides

FIRST = "The first bridge of Torvik was built by Anna Berg in 1890."
SECOND = "It was replaced by Nils Dahl in 1954."
THIRD = "The ferry to Lund still runs on Sundays."
TORVIK = f"{FIRST} {SECOND} {THIRD}"
BUILT = Case("torvik", "Torvik", TORVIK, "Who built the first bridge of Torvik?", ("Anna Berg",), True)
TEMPTED = replace(BUILT, question="Who built the first bridge of Lund?", answerable=False)
LUND = Case(
    "lund", "Lund", "Lund has 900 people. Its mayor is Per Holm.", "Who is mayor?", ("Per Holm",), True
)
NOTHING = Mix(wrong=0.0, off_topic=0.0, changed=0.0)


def rows() -> list[dict[str, Any]]:
    """Byline's cases over torvik.txt and lund.txt."""
    torvik: dict[str, Any] = {"source": "torvik.txt", "evidence": TORVIK}
    return [
        {**torvik, "question": BUILT.question, "answers": ["Anna Berg"], "unanswerable": False},
        {
            **torvik,
            "question": TEMPTED.question,
            "answers": [],
            "unanswerable": True,
            "tempting": ["Anna Berg"],
        },
        {
            "source": "lund.txt",
            "evidence": LUND.paragraph,
            "question": LUND.question,
            "answers": ["Per Holm"],
            "unanswerable": False,
        },
        {"source": None, "evidence": None, "question": "How far?", "answers": [], "unanswerable": True},
    ]


@pytest.fixture
def cases_file(tmp_path: Path) -> Path:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "torvik.txt").write_text(f"Torvik\n\n{TORVIK}\n", encoding="utf-8")
    (tmp_path / "corpus" / "lund.txt").write_text(f"Lund\n\n{LUND.paragraph}\n", encoding="utf-8")
    file = tmp_path / "cases.jsonl"
    file.write_text("\n".join(map(json.dumps, rows())) + "\n", encoding="utf-8")
    return file


def squad_file(folder: Path) -> Path:
    answers = [{"text": "Anna Berg", "answer_start": 0}, {"text": "Anna Berg", "answer_start": 0}]
    asked = [
        {"question": BUILT.question, "answers": answers},
        {
            "question": TEMPTED.question,
            "is_impossible": True,
            "answers": [],
            "plausible_answers": answers[:1],
        },
    ]
    data = {"data": [{"title": "Old_Torvik", "paragraphs": [{"context": TORVIK, "qas": asked}]}]}
    (folder / "squad.json").write_text(json.dumps(data), encoding="utf-8")
    return folder / "squad.json"


def test_cases_are_read_from_bylines_own_form(cases_file: Path) -> None:
    assert read_cases([cases_file]) == (BUILT, TEMPTED, LUND)


def test_cases_are_read_from_squads_form(tmp_path: Path) -> None:
    found = read_cases([squad_file(tmp_path)])
    assert found == tuple(replace(one, article="old-torvik", title="Old Torvik") for one in (BUILT, TEMPTED))


def test_an_article_that_is_left_out_is_in_no_case(cases_file: Path) -> None:
    assert read_cases([cases_file], {article_key("Torvik.txt")}) == (LUND,)


def test_a_title_and_a_file_name_are_one_article() -> None:
    assert {
        article_key(name) for name in ("Packet_switching", "packet-switching.txt", "Packet%20switching")
    } == {"packet-switching"}


@pytest.mark.parametrize("text", ["{", "[]", '{"data": [{"title": "x"}]}', '{"data": 7}'])
def test_a_file_of_no_known_form_is_refused_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "odd.json").write_text(text, encoding="utf-8")
    with pytest.raises(CasesError, match=r"odd\.json") as told:
        read_cases([tmp_path / "odd.json"])
    assert told.value.hint


def test_an_article_that_is_not_there_is_named(cases_file: Path) -> None:
    (cases_file.parent / "corpus" / "lund.txt").unlink()
    with pytest.raises(CasesError, match=r"lund\.txt"):
        read_cases([cases_file])


def test_a_case_is_read_in_the_sentence_of_its_answer() -> None:
    asked = replace(BUILT, question="Who replaced it?", spans=("Nils Dahl",))
    assert plain(asked) == Example(
        Pair("Who replaced it?", "Nils Dahl", "Torvik", FIRST, SECOND), 1.0, "answer", (19, 28)
    )


def test_what_tempts_is_read_where_it_stands_and_answers_nothing() -> None:
    assert plain(TEMPTED) == Example(
        Pair(TEMPTED.question, "Anna Berg", "Torvik", "", FIRST), 0.0, "near miss", (40, 49)
    )


def test_an_answer_that_is_a_whole_sentence_is_no_short_answer() -> None:
    assert plain(replace(BUILT, spans=(FIRST,))).pair.short == ""


def test_only_the_answer_itself_is_labelled_as_one() -> None:
    mix = Mix(wrong=1.0, off_topic=1.0, changed=1.0)
    examples = [one for seed in range(20) for one in make_examples([BUILT, TEMPTED, LUND], mix, seed)]
    assert {one.kind for one in examples} == {"answer", "near miss", "wrong sentence", "off topic", "changed"}
    assert all((one.label == 1.0) == (one.kind == "answer") for one in examples)
    spans = {BUILT.question: "Anna Berg", LUND.question: "Per Holm"}
    for one in examples:
        if one.kind in ("wrong sentence", "off topic"):
            assert spans[one.pair.question] not in one.pair.sentence
            assert one.pair.short in one.pair.sentence
        if one.kind == "changed":
            assert one.pair.question not in spans
            assert one.pair.sentence in (FIRST, "Its mayor is Per Holm.")


def test_a_mix_of_nothing_makes_nothing() -> None:
    assert [one.kind for one in make_examples([BUILT, TEMPTED], NOTHING, 1)] == ["answer", "near miss"]


def test_the_same_seed_makes_the_same_examples() -> None:
    mix, cases = Mix(0.5, 0.5, 0.5), [BUILT, TEMPTED, LUND] * 8
    assert make_examples(cases, mix, 3) == make_examples(cases, mix, 3)
    assert make_examples(cases, mix, 3) != make_examples(cases, mix, 4)


@pytest.mark.parametrize(
    "question",
    [
        "Who built the first bridge of Torvik?",
        "What was built in 1890?",
        "What is the largest town?",
        "Can the bridge be crossed?",
        "Was it rebuilt?",
    ],
)
def test_a_changed_question_differs_from_it(question: str) -> None:
    found = {changed(question, FIRST, TORVIK, random.Random(seed)) for seed in range(40)}
    assert question not in found
    assert found - {None}


def test_what_comes_into_a_changed_question_is_not_of_the_answers_sentence() -> None:
    found = {changed("What was built in 1890?", FIRST, TORVIK, random.Random(seed)) for seed in range(20)}
    assert found == {"What was built in 1954?"}


def test_short_answers_are_hidden_at_the_share_that_was_asked_for() -> None:
    examples = [plain(BUILT)] * 400
    hidden = shown(examples, 0.5, random.Random(1))
    assert 160 < sum(one.pair.short == "" for one in hidden) < 240
    assert {replace(one.pair, short="Anna Berg") for one in hidden} == {plain(BUILT).pair}
    assert shown(examples, 0.0, random.Random(1)) == examples
    assert examples[0].pair.short == "Anna Berg"


def test_the_parts_of_a_paragraph_are_its_sentences() -> None:
    assert split(TORVIK) == (FIRST, SECOND, THIRD)
    assert pair_of(BUILT, 2, split(TORVIK)) == Pair(BUILT.question, "", "Torvik", SECOND, THIRD)


TOKENS = "Anna Berg -LRB- 61 -RRB- said , `` We built it in 1890 . ''"
ALL = " ".join(map(str, range(30)))
ROWS = (
    "Wiki1k:wikinews:7:1:0\t0 1\t4\t0\t1\tWho says that it was built?\t1\t9:0 1\t8:1",
    "Wiki1k:wikinews:7:1:0\t0 1\t5\t0\t1\twho says that it was built?\t1\t9:0 1\t8:1",
    "Wiki1k:wikinews:7:1:0\t0 1\t4\t1\t1\tIn what year was it built\t12 13\t9:12\t8:12",
    "Wiki1k:wikinews:7:1:0\t0 1\t4\t2\t1\tWho built it?\t0 1\t9:0 1\t8:0 1",
    "Wiki1k:wikinews:7:1:0\t0 1\t4\t3\t1\tWho and when is it about?\t0 12\t9:0 12\t8:0",
    "Wiki1k:wikinews:7:2:0\t0 1\t4\t0\t1\tWhat does the ferry do now?\t2\t9:2\t8:2",
    f"Wiki1k:wikinews:7:3:0\t0 1\t4\t0\t1\tWhat is said there at length?\t{ALL}\t9:0\t8:0",
    "PTB:0/1:3\t0 1\t4\t0\t1\tWhat is not to be had here?\t2\t9:2\t8:2",
)


def qamr_table(folder: Path) -> Path:
    (folder / "filtered").mkdir()
    told = f"Wiki1k:wikinews:7:1:0\t{TOKENS}\nWiki1k:wikinews:7:2:0\tThe ferry runs .\n"
    told += f"Wiki1k:wikinews:7:3:0\t{'long ' * 30}.\n"
    (folder / SENTENCES).write_text(told, encoding="utf-8")
    (folder / "filtered" / "dev.tsv").write_text("\n".join(ROWS) + "\n", encoding="utf-8")
    return folder / "filtered" / "dev.tsv"


def test_tokens_are_joined_as_they_are_printed() -> None:
    text, places = joined(TOKENS.split())
    assert text == 'Anna Berg (61) said, "We built it in 1890."'
    assert [text[start:end] for start, end in places][:6] == ["Anna", "Berg", "(", "61", ")", "said"]


def test_questions_on_sentences_have_the_longest_answer_that_was_marked(tmp_path: Path) -> None:
    examples = sentence_examples([qamr_table(tmp_path)], None, 1)
    answers = {one.pair.question.lower(): one for one in examples if one.label}
    said = {question: one.pair.short for question, one in answers.items()}
    assert said == {
        "who says that it was built?": "Anna Berg",
        "in what year was it built?": "1890",
        "what does the ferry do now?": "runs",
        "what is said there at length?": "long",
    }
    assert all(one.at and one.pair.sentence[slice(*one.at)] == one.pair.short for one in answers.values())


def test_what_does_not_answer_is_another_sentence_of_the_same_article(tmp_path: Path) -> None:
    table = qamr_table(tmp_path)
    examples = [one for seed in range(12) for one in sentence_examples([table], None, seed)]
    wrong = [one for one in examples if not one.label]
    every = {joined(TOKENS.split())[0], "The ferry runs.", f"{('long ' * 30).strip()}."}
    assert {one.pair.sentence for one in wrong} == every
    assert all(("ferry" in one.pair.question) * ("ferry" in one.pair.sentence) == 0 for one in wrong)
    assert {bool(one.pair.before) for one in examples if one.label} == {True, False}


def test_so_many_questions_are_drawn_as_were_asked_for(tmp_path: Path) -> None:
    table = qamr_table(tmp_path)
    assert sum(one.label for one in sentence_examples([table], 2, 1)) == 2
    assert sentence_examples([table], 2, 1) == sentence_examples([table], 2, 1)


@pytest.mark.parametrize("row", ["Wiki1k:wikinews:7:1:0\tx", ROWS[0].replace("\t1\t9", "\tone\t9")])
def test_a_table_of_another_form_is_refused_by_name(tmp_path: Path, row: str) -> None:
    table = qamr_table(tmp_path)
    table.write_text(row, encoding="utf-8")
    with pytest.raises(CasesError, match=r"dev\.tsv"):
        sentence_examples([table], None, 1)


def test_a_table_without_its_sentences_is_told(tmp_path: Path) -> None:
    table = qamr_table(tmp_path)
    (tmp_path / SENTENCES).unlink()
    with pytest.raises(CasesError, match="wiki-sentences"):
        sentence_examples([table], None, 1)


def test_only_the_words_of_the_sentence_can_be_pointed_at() -> None:
    example = replace(plain(replace(BUILT, question="Who?")), pair=replace(plain(BUILT).pair, short=""))
    encoded = open_tokenizer().encode(*sides(example.pair))
    pieces = [encoded.tokens[n] for n in pieces_of(example, encoded)]
    assert " ".join(pieces[:5]) == "the first bridge of tor"
    first, last = answer_in(example, encoded) or (0, 0)
    assert encoded.tokens[first : last + 1] == ["anna", "berg"]
    assert answer_in(plain(BUILT), open_tokenizer().encode(*sides(plain(BUILT).pair))) is None


def test_who_knows_nothing_points_at_any_word_of_the_sentence_alike() -> None:
    import torch

    hidden = replace(plain(BUILT), pair=replace(plain(BUILT).pair, short=""))
    encoded = [open_tokenizer().encode(*sides(hidden.pair))]
    network = open_base()
    _, states = read(network, encoded)
    torch.nn.init.zeros_(network.point.weight)
    torch.nn.init.zeros_(network.point.bias)
    found = pointing_loss(network, states, encoded, [hidden]).item()
    assert found == pytest.approx(2 * math.log(len(pieces_of(hidden, encoded[0]))))
    assert float(pointing_loss(network, states, encoded, [plain(BUILT)])) == 0.0


@pytest.mark.parametrize("held", ["torvik", "Torvik.txt"])
def test_an_article_that_was_trained_on_is_not_measured(
    cases_file: Path, held: str, capsys: pytest.CaptureFixture[str]
) -> None:
    judge = cases_file.parent / "judge"
    judge.mkdir()
    (judge / "judge.json").write_text(json.dumps({"articles": ["torvik"], "sha256": ""}), encoding="utf-8")
    arguments = [str(cases_file), "--judge", str(judge), "--held", held, "lund"]
    assert measure.main(arguments) == 2
    told = capsys.readouterr()
    assert "trained on torvik" in told.err
    assert "--held" in told.err
    assert told.out == ""


def test_the_judge_that_comes_with_byline_says_what_it_was_trained_on() -> None:
    articles, digest = train.made(measure.WEIGHTS.parent)
    assert digest == SHA256
    assert len(articles) == 20
    assert {"huguenot", "qamr"} < articles


def test_a_judge_that_does_not_say_what_it_was_trained_on_is_not_measured(cases_file: Path) -> None:
    with pytest.raises(CasesError, match="trained on") as told:
        measure.measured(cases_file.parent, [cases_file], ["lund"])
    assert "eval.training.train" in told.value.hint


def by_words(pairs: Any) -> list[float]:
    """A judge that scores a pair by the words that its sentence shares with the question."""
    return [
        float(len(set(one.question.lower().split()) & set(one.sentence.lower().split()))) for one in pairs
    ]


def test_figures_are_of_what_the_judge_says() -> None:
    found = measure.figures(by_words, [BUILT, TEMPTED, LUND])
    assert found["cases"] == 3
    assert found["auc, short"] == found["auc, plain"] == 0.25
    assert found["ranked first"] == 1.0


def test_a_figure_needs_answers_and_near_misses() -> None:
    with pytest.raises(CasesError, match="near misses"):
        measure.figures(by_words, [BUILT, LUND])


def test_the_area_under_the_curve_counts_ties_half() -> None:
    scores = measure.np.array
    assert measure.auc(scores([2.0, 3.0]), scores([1.0])) == 1.0
    assert measure.auc(scores([1.0]), scores([1.0])) == 0.5
    assert measure.refused_at(scores([1.0, 2.0, 3.0]), scores([0.0, 0.5, 5.0]), 0.0) == pytest.approx(2 / 3)


def test_no_cases_are_no_training(cases_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [str(cases_file), "--out", str(cases_file.parent / "out"), "--without", "torvik", "lund"]
    assert train.main(arguments) == 2
    assert "no cases" in capsys.readouterr().err
    assert not (cases_file.parent / "out").exists()


def test_tables_without_a_question_are_no_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = qamr_table(tmp_path)
    table.write_text(f"{ROWS[-1]}\n", encoding="utf-8")
    assert train.main([str(table), "--out", str(tmp_path / "out")]) == 2
    assert train.main([str(table), "--out", str(tmp_path / "out"), "--without", "torvik"]) == 2
    told = capsys.readouterr().err.splitlines()
    assert ["no cases" in told[0], "--without" in told[1], (tmp_path / "out").exists()] == [True, True, False]


def copied(network: Network) -> dict[str, Any]:
    return {name: value.detach().clone() for name, value in network.bert.state_dict().items()}


def test_a_training_step_changes_the_layers_but_not_the_word_table_and_is_kept(tmp_path: Path) -> None:
    network = open_base()
    before, pointed = copied(network), network.point.weight.detach().clone()
    plan = train.Plan(epochs=1, batch=3, steps=1, pointing=0.5)
    train.train(network, [plain(one) for one in (BUILT, TEMPTED, LUND)], plan, lambda _line: None)
    after = copied(network)
    same = {name for name in before if before[name].equal(after[name])}
    assert {name for name in before if "embeddings" in name} <= same
    assert any(name.startswith("encoder.layer.0.") and name not in same for name in before)
    points = network.point.weight.detach().clone()
    assert not points.equal(pointed)
    assert any(name.startswith("encoder.layer.5.") and name not in same for name in before)

    digest = train.write(network, tmp_path / "out", {"articles": ["torvik"]})
    assert train.made(tmp_path / "out") == (frozenset({"torvik"}), digest)
    weights = tmp_path / "out" / "judge.safetensors"
    again = open_network(weights, digest)
    assert again.point.weight.equal(points.half().float())
    kept = copied(again)
    name = "encoder.layer.5.output.dense.weight"
    assert kept[name].equal(after[name].half().float())
    with pytest.raises(EmbedderError, match="altered"):
        load(weights, SHA256)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    import torch

    (tmp_path / "out").write_text("a file", encoding="utf-8")
    small = Network(*(torch.nn.Linear(1, 1) for _ in range(3)))
    with pytest.raises(StorageError, match="out can't be written"):
        train.write(small, tmp_path / "out", {})

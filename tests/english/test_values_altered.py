"""Whatever a text says: a number, unit or name changed to another is missed, and nothing else is."""

from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from rag.english.values import missing

FRAMES = (
    "{} people came to the meeting.", "Europe paid {}% of it.", "Europe paid {} per cent.",
    "The strike of {} days ended.", "The {}-hour talks failed.", "State Route {} was closed.",
    "It ran from {} to no one knows.", "({})", "no. {}", "“{},” Macron said.",
)  # fmt: skip
DIGIT_FRAMES = (
    *FRAMES, "It cost ${} million.", "It cost {}bn euros, Macron said.", "It fell to -{} degrees.",
    "In the {}th minute it ended.", "Flight BA{} left.", "Flight BA-{} left.", "version v{}", "the {}s",
    "{}am", "£{}-a-year", "{}/night", "Act §{}",
)  # fmt: skip
SUFFIXES = (
    "%", " percentage points", " million", "bn", " dollars", " euros", " days", " hours", "km", " miles",
    "am", "pm", "s", "-fold", " tonnes", "p",
)  # fmt: skip
WHOLE = st.integers(0, 10**13)
UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen".split()
UNITS += "fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()


def in_words(number: int) -> str:
    """0 to 999 as they are written out."""
    if number >= 100:
        rest = number % 100
        return f"{UNITS[number // 100]} hundred" + (f" and {in_words(rest)}" if rest else "")
    if number < 20:
        return UNITS[number]
    return TENS[number // 10 - 2] + (f"-{UNITS[number % 10]}" if number % 10 else "")


@st.composite
def digits(draw: st.DrawFn) -> str:
    """A number in one of the ways that articles write it."""
    number = draw(WHOLE)
    whole = draw(st.sampled_from([str(number), f"{number:,}", f"{number:,}".replace(",", " ")]))
    return whole + draw(st.sampled_from(["", ".5", ".25", f".{draw(st.integers(1, 10**6))}"]))


@given(st.sampled_from(DIGIT_FRAMES), digits(), digits())
def test_any_number_changed_to_another_is_missed(frame: str, one: str, other: str) -> None:
    value = {text: Decimal(text.replace(",", "").replace(" ", "")) for text in (one, other)}
    assume(value[one] != value[other])
    assert missing(frame.format(one), frame.format(one)) == ()
    assert missing(frame.format(one), frame.format(other)) != ()


@given(st.integers(1, 10**9), st.sampled_from(SUFFIXES), st.sampled_from(SUFFIXES))
def test_any_unit_changed_to_another_is_missed(number: int, one: str, other: str) -> None:
    said, held = f"It was {number}{one} there.", f"It was {number}{other} there."
    assert (missing(said, held) == ()) == (one == other)


@given(st.sampled_from(FRAMES), st.integers(0, 999), st.integers(0, 999))
def test_a_written_number_is_its_digits_and_no_others(frame: str, one: int, other: int) -> None:
    assert missing(frame.format(in_words(one)), frame.format(one)) == ()
    assert (missing(frame.format(in_words(one)), frame.format(other)) == ()) == (one == other)


NAMES = ("Macron", "Zelenskyy", "NATO", "US", "Jean-Luc", "al-Assad", "May", "G7", "J. D. Vance", "François")


@given(st.lists(st.sampled_from(NAMES), min_size=1, unique=True), st.data())
def test_any_name_changed_to_another_is_missed(there: list[str], data: st.DataObject) -> None:
    changed = data.draw(st.sampled_from(there))
    others = [name for name in NAMES if name not in there]
    assume(others)
    span = f"It was {', '.join(there)} who spoke."
    claim = span.replace(changed, data.draw(st.sampled_from(others)), 1)
    assert missing(span, span) == ()
    assert missing(claim, span) != ()


@given(st.text())
def test_every_text_holds_its_own_values(text: str) -> None:
    assert missing(text, text) == ()

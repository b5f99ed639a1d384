"""Who is on a list of callers, and for how long."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.core.caller_lists import BadMatch, By, EntryIndex, ListEntry, Match, customer_key, match_of
from ivr.core.numbers import SHORT_CODES, normalised, normalised_prefix
from kernel.instants import Instant

NOON = Instant(1_795_500_000_000)


def entry(value: str, by: By = By.NUMBER, until: int | None = None) -> ListEntry:
    return ListEntry(
        match=Match(by=by, value=value), reason="", owner="", until=None if until is None else Instant(until)
    )


def covering(*entries: ListEntry, number: str = "", customer: str = "", now: int = NOON) -> str | None:
    """The value of the entry that a caller is on."""
    found = EntryIndex(entries).covering(number, customer, Instant(now))
    return None if found is None else found.value


def test_the_longest_beginning_wins_and_the_whole_number_before_it() -> None:
    short, long = entry("+628", By.PREFIX), entry("+62812", By.PREFIX)

    assert covering(short, long, number="+6281234567890") == "+62812"
    assert covering(short, long, number="+6285134567890") == "+628"
    assert covering(short, long, entry("+6281234567890"), number="+6281234567890") == "+6281234567890"
    assert covering(short, long, number="+12025550123") is None
    assert covering(entry("+6281234567890", By.PREFIX), number="+62812345678") is None


def test_an_entry_stops_counting_at_its_end_and_lets_a_wider_one_through() -> None:
    over, wide = entry("+6281234567890", until=NOON), entry("+62812", By.PREFIX)

    assert covering(over, number="+6281234567890", now=NOON - 1) == "+6281234567890"
    assert covering(over, number="+6281234567890", now=NOON) is None
    assert covering(over, wide, number="+6281234567890", now=NOON) == "+62812"


def test_a_customer_is_known_whatever_number_they_call_from() -> None:
    vip = entry("K-77", By.CUSTOMER)

    assert covering(vip, number="", customer=customer_key(" k-77 ")) == "K-77"
    assert covering(vip, number="K-77", customer="") is None
    assert covering(vip, number="+6281234567890", customer="K-78") is None


def test_entries_come_and_go_one_by_one() -> None:
    index = EntryIndex([entry("+62812", By.PREFIX), entry("+62813", By.PREFIX)])
    index.remove(Match(by=By.PREFIX, value="+62812"))
    index.remove(Match(by=By.PREFIX, value="+62899"))
    index.put(entry("+62813", By.PREFIX, until=NOON))

    assert len(index) == 1
    assert index.covering("+6281234567890", "", NOON) is None
    assert index.covering("+6281334567890", "", Instant(NOON - 1)) == Match(by=By.PREFIX, value="+62813")
    index.remove(Match(by=By.PREFIX, value="+62813"))
    assert index.covering("+6281334567890", "", Instant(NOON - 1)) is None


PREFIXES = st.lists(st.from_regex(r"\+62[0-9]{1,8}", fullmatch=True), max_size=20)


@given(PREFIXES, PREFIXES, st.from_regex(r"\+62[0-9]{6,11}", fullmatch=True))
def test_looking_up_is_the_same_as_going_through_the_whole_list(put: list[str], gone: list[str], number: str) -> None:
    index = EntryIndex(entry(value, By.PREFIX) for value in put)
    for value in gone:
        index.remove(Match(by=By.PREFIX, value=value))

    plainly = max((value for value in put if value not in gone and number.startswith(value)), key=len, default=None)
    found = index.covering(number, "", NOON)
    assert (None if found is None else found.value) == plainly


def test_a_list_of_a_hundred_thousand_is_looked_up_in_microseconds() -> None:
    index = EntryIndex(
        [*(entry(f"+62812{number:08}") for number in range(100_000)), entry("+6281", By.PREFIX), entry("15", By.PREFIX)]
    )
    started = process_time()
    found = [index.covering(f"+62812{number:08}", "", NOON) for number in range(99_000, 101_000)]

    assert process_time() - started < 0.2
    assert sum(match is not None and match.by is By.PREFIX for match in found) == 1_000


@pytest.mark.parametrize(
    ("number", "by", "value"),
    [
        ("081234567890", By.NUMBER, "+6281234567890"),
        ("+62 812-3456-7890", By.NUMBER, "+6281234567890"),
        ("8123456789", By.NUMBER, "+628123456789"),
        ("169", By.NUMBER, "169"),
        ("1500123", By.NUMBER, "1500123"),
        ("2002", By.NUMBER, "2002"),
        ("0812*", By.PREFIX, "+62812"),
        ("62812*", By.PREFIX, "+62812"),
        (" +62 812 * ", By.PREFIX, "+62812"),
        ("+44*", By.PREFIX, "+44"),
        ("1500*", By.PREFIX, "1500"),
    ],
)
def test_people_write_one_caller_in_many_ways(number: str, by: By, value: str) -> None:
    assert match_of(number=number, customer="", country="ID") == Match(by=by, value=value)


@pytest.mark.parametrize(
    "number",
    [
        "", "0812", "*", "+*", "+62*", "62*", "0*", "+6*", "+0*", "00*", "6,28E+11", "6.28E+12", "abc", "+62812x", "08*12",
        "=1+1", "1" * 16, "٠٨١٢٣٤٥٦٧٨٩٠",
    ],
)  # fmt: skip
def test_what_no_call_could_come_from_is_refused_with_how_to_mend_it(number: str) -> None:
    with pytest.raises(BadMatch) as bad:
        match_of(number=number, customer="", country="ID")
    assert bad.value.what
    assert bad.value.how


def test_either_a_number_or_a_customer_is_given() -> None:
    with pytest.raises(BadMatch):
        match_of(number="169", customer="K-77", country="ID")
    with pytest.raises(BadMatch):
        match_of(number="", customer="K;77", country="ID")
    assert match_of(number="", customer="k 77", country="ID") == Match(by=By.CUSTOMER, value="K77")


@pytest.mark.parametrize("code", SHORT_CODES)
def test_a_short_code_stays_what_it_is_with_and_without_the_country(code: str) -> None:
    dialled = code.replace("x", "7")

    assert normalised(dialled) == normalised(f"+62{dialled}") == dialled


@given(st.from_regex(r"\+62[2-9][0-9]{6,10}|\+1202555[0-9]{4}|1500[0-9]{3}|14[0-9]{3}", fullmatch=True), st.data())
def test_every_number_begins_with_what_its_beginning_becomes(raw: str, data: st.DataObject) -> None:
    number = normalised(raw)
    prefix = normalised_prefix(number[: data.draw(st.integers(1, len(number)))])

    assert number.startswith(prefix)
    assert normalised_prefix(prefix) == prefix

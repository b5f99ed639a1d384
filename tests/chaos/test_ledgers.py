"""What callers and phones wrote down becomes calls."""

from sambut.bench.call_records import PhoneRecord
from tests.chaos.ledgers import CallerCall, PhoneCall, phone_calls, read_caller_calls


def test_a_callers_words_become_a_call_in_whatever_order_calls_come() -> None:
    log = """placed +1 10.000000 500000.000000
placed +2 11.000000 0.000000
answered +1 10.000000 700000.000000
left +2 12.000000 1000.000000
ended +1 15.000000 0.000000
unheard +3 9.000000 0.000000
nonsense
"""

    assert read_caller_calls(log) == [
        CallerCall(number="+1", placed_ms=10_500, answered_ms=10_700, ended_ms=15_000),
        CallerCall(number="+2", placed_ms=11_000, left_ms=12_001),
    ]


def test_a_phone_that_rings_again_for_the_same_caller_has_another_call() -> None:
    told = [("invite", 1), ("left", 2), ("invite", 3), ("joined", 4), ("bye", 900)]
    records = [PhoneRecord(what=what, at_us=ms * 1000, phone="p1", number="+1") for what, ms in told]

    assert phone_calls(records) == [
        PhoneCall(phone="p1", number="+1", invited_ms=1, over_ms=2),
        PhoneCall(phone="p1", number="+1", invited_ms=3, joined_ms=4, over_ms=900, by_agent=True),
    ]
    assert [call.is_talk for call in phone_calls(records)] == [False, True]

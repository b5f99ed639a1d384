"""The pop benchmark compares each pop with the INVITE of the same offer, and gives no figures when pops were not seen."""

import json

import pytest

from sambut.bench.call_records import PhoneRecord
from sambut.bench.calls import TooManyFailed
from sambut.bench.pop import differences_ms, pop_figures
from sambut.bench.ways import Heard


def pop(number: str, phone: str, at_us: int) -> Heard:
    frame = {"type": "call.offered", "data": {"ani": {"e164": number}, "device": phone}}
    return Heard(at_ns=at_us * 1000, frame=json.dumps(frame))


def invite(number: str, phone: str, at_us: int) -> PhoneRecord:
    return PhoneRecord(what="invite", at_us=at_us, phone=phone, number=number)


def test_a_pop_is_compared_with_the_ring_of_its_own_offer() -> None:
    """c1 is offered to p1 and then to p2; the second pop is late by 2 ms."""
    heard = [pop("c1", "p1", 1_000), pop("c1", "p2", 9_000), pop("c2", "p3", 4_000)]
    phones = [invite("c1", "p1", 4_000), invite("c1", "p2", 7_000)]

    assert differences_ms(heard, phones) == pytest.approx([-3.0, 2.0])


def test_late_pops_are_counted() -> None:
    heard = [pop("c1", "p1", 1_000), pop("c2", "p1", 9_000)]

    figures = pop_figures(heard, [invite("c1", "p1", 2_000), invite("c2", "p1", 8_000)], calls=2, failed=0)

    assert (figures.late, figures.unmatched) == (1, 0)
    assert figures.pop_minus_invite_ms_max == pytest.approx(1.0)


def test_pops_that_were_never_seen_give_no_figures() -> None:
    with pytest.raises(TooManyFailed, match="1 had no pop"):
        pop_figures([pop("c1", "p1", 1)], [invite("c1", "p1", 2)], calls=2, failed=0)

"""What Asterisk says of a phone that fell silent is not believed before the phone itself has been asked."""

from acd.core.inputs import DevicePresenceSeen, TimePassed
from acd.ports import DeviceSeen
from kernel.ids import DeviceId
from kernel.instants import Instant
from telephony.silent_phones import DOUBTED_MS, SilentPhones

ONE, OTHER = DeviceId("phone-1"), DeviceId("phone-2")
THEN = Instant(1_000)
IN_DOUBT, AFTER_IT = Instant(THEN + DOUBTED_MS - 1), Instant(THEN + DOUBTED_MS)
HERE, GONE = DeviceSeen(reachable=True, in_use=False), DeviceSeen(reachable=False, in_use=False)


def seen(device_id: DeviceId, *, reachable: bool) -> DevicePresenceSeen:
    return DevicePresenceSeen(device_id=device_id, reachable=reachable, in_use=False)


def silent_one() -> SilentPhones:
    phones = SilentPhones()
    phones.fell_silent(ONE, THEN)
    return phones


def test_that_it_is_there_is_believed_only_after_it_was_asked() -> None:
    phones = silent_one()

    assert not phones.believes(seen(ONE, reachable=True), IN_DOUBT)
    assert phones.believes(seen(ONE, reachable=True), AFTER_IT)
    assert phones.believes(seen(ONE, reachable=True), AFTER_IT), "and from then on"


def test_that_it_is_gone_and_all_else_is_believed_at_once() -> None:
    phones = silent_one()

    assert phones.believes(seen(ONE, reachable=False), THEN)
    assert phones.believes(seen(OTHER, reachable=True), THEN)
    assert phones.believes(TimePassed(), THEN)


def test_a_look_leaves_it_out_while_it_is_in_doubt() -> None:
    phones = silent_one()

    assert phones.believable({ONE: HERE, OTHER: HERE}, IN_DOUBT) == {OTHER: HERE}
    assert phones.believable({ONE: GONE, OTHER: HERE}, IN_DOUBT) == {ONE: GONE, OTHER: HERE}
    assert phones.believable({ONE: HERE}, AFTER_IT) == {ONE: HERE}

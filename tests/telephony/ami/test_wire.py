"""AMI's bytes, whole and broken: frames, events, escapes, times."""

from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.ami.wire import (
    AmiEvent,
    Framer,
    MessageTooLong,
    NotAmi,
    event_name,
    is_forged,
    is_torn,
    parse_event,
    sent_at_ms,
    unescaped,
)
from tests.telephony.ami.fake_asterisk import BANNER, encoded

LINE_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=20)


def framer(message_bytes_max: int = 1_000) -> Framer:
    fresh = Framer(message_bytes_max=message_bytes_max)
    assert fresh.feed(BANNER) == []
    return fresh


def in_pieces(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@given(
    names=st.lists(LINE_TEXT, min_size=1, max_size=5),
    cuts=st.lists(st.integers(1, 30), min_size=1, max_size=20),
)
def test_messages_survive_any_cutting_of_the_stream(names: list[str], cuts: list[int]) -> None:
    stream = BANNER + b"".join(encoded(("Event", "Newchannel"), ("CallerIDName", name)) for name in names)
    fresh = Framer(message_bytes_max=1_000)
    found: list[bytes] = []
    while stream:
        size = cuts.pop(0) if cuts else len(stream)
        found += fresh.feed(stream[:size])
        stream = stream[size:]

    assert [parse_event(message).fields["CallerIDName"] for message in found] == names


def test_a_utf8_character_split_over_two_reads_is_whole() -> None:
    data = encoded(("Event", "Newchannel"), ("CallerIDName", "Café Ñandú 王"))
    for size in (1, 2, 3):
        fresh = framer()
        messages = [message for piece in in_pieces(data, size) for message in fresh.feed(piece)]
        assert [parse_event(message).fields["CallerIDName"] for message in messages] == ["Café Ñandú 王"]


def test_bytes_that_are_no_utf8_do_not_lose_the_event() -> None:
    (message,) = framer().feed(b"Event: Newchannel\r\nCallerIDName: Caf\xe9\r\nUniqueid: 1.1\r\n\r\n")

    assert parse_event(message).fields == {"Event": "Newchannel", "CallerIDName": "Caf\ufffd", "Uniqueid": "1.1"}


def test_superfluous_empty_lines_are_no_messages() -> None:
    messages = framer().feed(b"\r\n\r\nEvent: A\r\n\r\n\r\nEvent: B\r\n\r\n\r\n\r\n")

    assert messages == [b"Event: A", b"Event: B"]


@pytest.mark.parametrize("size", [1, 19, 10_000])
def test_a_line_break_at_the_end_of_a_value_stays_however_the_stream_is_cut(size: int) -> None:
    stream = b"Event: A\r\nOutput: x\n\r\n\r\n\r\nEvent: B\r\n\r\n"
    fresh = framer()
    messages = [message for piece in in_pieces(stream, size) for message in fresh.feed(piece)]

    assert messages == [b"Event: A\r\nOutput: x\n", b"Event: B"]


@pytest.mark.parametrize("size", [7, 10_000])
def test_a_message_beyond_the_limit_is_refused_before_its_end_comes(size: int) -> None:
    fresh = framer()
    pieces = in_pieces(b"Event: Big\r\nBody: " + b"x" * 1_000, size)
    with pytest.raises(MessageTooLong):
        deque(map(fresh.feed, pieces), maxlen=0)


def test_a_whole_message_beyond_the_limit_is_refused() -> None:
    with pytest.raises(MessageTooLong):
        framer().feed(encoded(("Event", "Big"), ("Body", "x" * 1_000)))


@pytest.mark.parametrize("greeting", [b"SSH-2.0-OpenSSH_9.2\r\n", b"H", b"Asterisk Call Manager/" + b"1" * 200])
def test_another_greeting_is_not_an_asterisk(greeting: bytes) -> None:
    with pytest.raises(NotAmi):
        Framer(message_bytes_max=1_000).feed(greeting)


def test_the_name_is_read_from_the_first_line_only() -> None:
    assert event_name(b"Event: Hangup\r\nChannel: x") == "Hangup"
    assert event_name(b"Response: Success\r\nEvent: Hangup") is None


def test_a_repeated_header_keeps_its_first_value_and_all_values_aside() -> None:
    event = parse_event(b"Event: UserEvent\r\nCall: c1\r\nCall: forged\r\nEmpty: \r\nno colon here\r\nColons: a: b")

    assert event == AmiEvent(
        name="UserEvent",
        fields={"Event": "UserEvent", "Call": "c1", "Empty": "", "Colons": "a: b"},
        repeated={"Call": ("c1", "forged")},
    )


def test_channel_variables_are_found_in_each_of_asterisks_spellings() -> None:
    bridged = parse_event(
        b"Event: DialBegin\r\nChanVariable: ACD_CALL=c1\r\nChanVariable: ACD_STATE=a=b\r\nDestChanVariable: ACD_CALL=c2"
    )
    dialled = parse_event(b"Event: OriginateResponse\r\nChanVariable(Local/s@x-1;1): ACD_CALL=c3")

    assert bridged.variables() == {"ACD_CALL": "c1", "ACD_STATE": "a=b"}
    assert bridged.variables("Dest") == {"ACD_CALL": "c2"}
    assert bridged.variables("Transferer") == {}
    assert dialled.variables() == {"ACD_CALL": "c3"}


@pytest.mark.parametrize(
    ("header", "ms"),
    [
        ("1795493415.638737", 1_795_493_415_638),
        ("1795493415.5", 1_795_493_415_500),
        ("1795493415", 1_795_493_415_000),
        ("1795493415.x", 1_795_493_415_000),
        ("", None),
        ("soon", None),
        ("9" * 5_000, None),
        ("١٢٣", None),
    ],
)
def test_the_timestamp_header_gives_milliseconds(header: str, ms: int | None) -> None:
    assert sent_at_ms(AmiEvent(name="X", fields={"Timestamp": header}, repeated={})) == ms


def test_a_name_from_a_channel_event_is_read_back_as_the_caller_gave_it() -> None:
    assert unescaped(r"Evil \"Q\" <911> \\ ,x") == 'Evil "Q" <911> \\ ,x'
    assert unescaped(r"two\nlines\\n \'and a trailing \\") == "two\nlines\\n 'and a trailing \\"


CHANNEL = (
    ("Channel", "PJSIP/trunk-1"),
    ("CallerIDNum", "0812"),
    ("Context", "in"),
    ("Uniqueid", "1.1"),
    ("Linkedid", "1.1"),
)


def test_an_honest_channel_event_is_neither_torn_nor_forged() -> None:
    (message,) = framer().feed(
        encoded(("Event", "Newstate"), *CHANNEL, ("ChanVariable", "A=1"), ("ChanVariable", "B=2"))
    )

    assert not is_torn(message)
    assert not is_forged(parse_event(message))


def test_an_event_torn_by_an_empty_line_in_a_number_is_noticed() -> None:
    number = "12\r\n\r\nEvent: UserEvent\r\nUserEvent: Claim\r\n\r\n"
    torn, forgery, _ = framer().feed(encoded(("Event", "Newchannel"), ("CallerIDNum", number), ("Uniqueid", "1.1")))

    assert is_torn(torn)
    assert not is_torn(forgery)


def test_a_header_added_by_a_line_break_in_a_number_is_noticed() -> None:
    (message,) = framer().feed(
        encoded(("Event", "Newchannel"), ("CallerIDNum", "12\r\nUniqueid: 9.9"), ("Uniqueid", "1.1"))
    )

    assert is_forged(parse_event(message))

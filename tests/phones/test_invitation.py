"""A phone reads who calls and whether to answer by itself."""

import pytest

from phones.invitation import Caller, auto_answer_after_ms, caller_of, headers_of


@pytest.mark.parametrize(
    ("address", "number", "name"),
    [
        ('"Budi" <sip:0812@10.0.0.1>;tag=1', "0812", "Budi"),
        ("<sip:0812@10.0.0.1:5060;user=phone>;tag=1", "0812", ""),
        ("Budi Santoso <sip:0812@host>", "0812", "Budi Santoso"),
        ("sip:0812@host", "0812", ""),
        ("tel:+62812", "+62812", ""),
        ('"Ibu \\"Ani\\" \\\\ 王" <sip:0812@host>', "0812", 'Ibu "Ani" \\ 王'),
        ('"a <sip:1@b>" <sip:2@c>', "2", "a <sip:1@b>"),
        ('"Anonymous" <sip:anonymous@anonymous.invalid>', "anonymous", "Anonymous"),
        ("<sip:%23169@host>", "#169", ""),
        ('"never closed <sip:1@b>', '"never closed <sip:1', ""),
        ("", "", ""),
        ("<>", "", ""),
    ],
)
def test_a_from_header_is_shown_as_number_and_name(address: str, number: str, name: str) -> None:
    assert caller_of(address) == Caller(number=number, name=name)


def test_a_long_strange_name_is_read_at_once() -> None:
    assert caller_of('"' + '\\"' * 50_000 + '" <sip:1@b>').number == "1"
    assert caller_of('"' * 50_000).name == ""


@pytest.mark.parametrize(
    ("headers", "after_ms"),
    [
        ({"Alert-Info": "info=alert-autoanswer"}, 0),
        ({"alert-info": "<http://x>;info=Alert-AutoAnswer"}, 0),
        ({"Alert-Info": "Ring-Answer"}, 0),
        ({"Call-Info": "<sip:x>;answer-after=2"}, 2000),
        ({"Alert-Info": "<sip:x>; answer-after=0"}, 0),
        ({"X-ACD-Auto-Answer": "1"}, 0),
        ({"X-ACD-Auto-Answer": "0"}, None),
        ({"Alert-Info": "<http://x/ring.wav>"}, None),
        ({"Call-Info": "<sip:x>;answer-after=never"}, None),
        ({}, None),
    ],
)
def test_the_headers_of_several_makers_ask_for_an_answer(headers: dict[str, str], after_ms: int | None) -> None:
    assert auto_answer_after_ms(headers) == after_ms


def test_headers_are_found_whatever_their_case_and_folding() -> None:
    message = (
        "INVITE sip:1@b SIP/2.0\r\nf: <sip:2@c>\r\nALERT-INFO: one\r\n two\r\nAlert-Info: three\r\nX-Other: no\r\n"
        "\r\nAlert-Info: in the body\r\n"
    )

    assert headers_of(message, ["From", "Alert-Info", "Call-Info"]) == {"From": "<sip:2@c>", "Alert-Info": "one two"}

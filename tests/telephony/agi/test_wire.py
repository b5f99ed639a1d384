"""AGI's lines: quoting that nothing breaks out of, opening blocks and answers, honest and hostile."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.agi.failures import AgiBroken, BadRequest
from telephony.agi.wire import COMMAND_BYTES_MAX, AgiAnswer, command_line, parse_answer, parse_request
from telephony.line_values import UnsafeValue
from tests.telephony.agi.fake_caller import block

ONE_LINE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), max_size=80)
HOSTILE_NAMES = [
    'He said "hi"',
    '" SET VARIABLE EVIL 1 "',
    "back\\slash\\",
    '\\" \\\\" ',
    "${SHELL(rm -rf /)} $[1+1] %{x}",
    "tab\tand  spaces ",
    "Ñandú 王 👋",
    "`;|&<>'",
    "",
    "x" * 900,
]


def read_as_asterisk(line: bytes) -> list[str]:
    """What parse_args() of res_agi.c makes of a command line."""
    text = line.decode().removesuffix("\n")
    words: list[str] = []
    word, in_quotes, escaped, open_word = "", False, False, False
    for letter in text:
        if escaped:
            word, escaped = word + letter, False
        elif letter == "\\":
            escaped = open_word = True
        elif letter == '"':
            in_quotes = not in_quotes
            open_word = True
        elif letter in " \t" and not in_quotes:
            if open_word:
                words.append(word)
            word, open_word = "", False
        else:
            word, open_word = word + letter, True
    return [*words, word] if open_word else words


def opening(data: bytes) -> bytes:
    return data.removesuffix(b"\n\n")


@given(words=st.lists(ONE_LINE, max_size=4))
def test_every_word_arrives_as_exactly_one_word(words: list[str]) -> None:
    assert read_as_asterisk(command_line("SET VARIABLE", *words)) == ["SET", "VARIABLE", *words]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_name_arrives_as_one_value(name: str) -> None:
    assert read_as_asterisk(command_line("SET VARIABLE", "NAME", name)) == ["SET", "VARIABLE", "NAME", name]


@given(before=ONE_LINE, breaker=st.sampled_from(["\r", "\n", "\0"]), after=ONE_LINE)
def test_a_line_break_is_refused(before: str, breaker: str, after: str) -> None:
    with pytest.raises(UnsafeValue):
        command_line("SET VARIABLE", "NAME", before + breaker + after)


@pytest.mark.parametrize("letter", ["x", '"', "é"])
def test_a_command_longer_than_asterisk_reads_in_one_piece_is_refused(letter: str) -> None:
    with pytest.raises(UnsafeValue):
        command_line("SET VARIABLE", "NAME", letter * COMMAND_BYTES_MAX)


def test_more_words_than_asterisk_takes_are_refused() -> None:
    with pytest.raises(UnsafeValue):
        command_line("EXEC", *["x"] * 101)


def test_a_request_gives_its_path_headers_and_arguments() -> None:
    request = parse_request(opening(block("inbound?x=1", "one", "two three", "")))

    assert request.path == "inbound"
    assert request.arguments == ("one", "two three", "")
    assert request.headers["agi_callerid"] == "0812345"
    assert request.headers["agi_accountcode"] == ""


def test_a_header_may_hold_colons_quotes_and_bytes_that_are_no_utf8() -> None:
    request = parse_request(opening(block(calleridname='a: "b" ${c}')).replace(b"PJSIP/trunk", b"PJSIP/\xff"))

    assert request.headers["agi_calleridname"] == 'a: "b" ${c}'
    assert request.headers["agi_channel"] == "PJSIP/\ufffd-00000001"


@pytest.mark.parametrize(
    "name",
    [
        "x\nagi_arg_1: forged",
        "x\nagi_threadid: 1",
        "x\nagi_channel: PJSIP/other",
        "x\nagi_threadid: 1\nagi_arg_1: forged",
        "x\nnot a header",
        "x\nHANGUP",
        "x\n",
    ],
)
def test_a_line_break_in_a_callers_name_forges_nothing(name: str) -> None:
    hostile = block("inbound", "real", calleridname=name)

    with pytest.raises(BadRequest):
        parse_request(hostile[: hostile.index(b"\n\n")])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"agi_network: yes",
        b"GET / HTTP/1.1\nHost: x",
        opening(block()).rpartition(b"\n")[0],
        opening(block()) + b"\nagi_arg_2: first missing",
        opening(block("inbound", "a")) + b"\nagi_arg_1: again",
        opening(block("inbound", "a")) + b"\nagi_extra: behind",
    ],
)
def test_a_block_that_asterisk_does_not_write_is_refused(data: bytes) -> None:
    with pytest.raises(BadRequest):
        parse_request(data)


@given(data=st.binary(max_size=200))
def test_any_bytes_are_refused_as_a_bad_request(data: bytes) -> None:
    with pytest.raises(BadRequest):
        parse_request(data)


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("200 result=0", AgiAnswer(code=200, result="0")),
        ("200 result=-1", AgiAnswer(code=200, result="-1")),
        ("200 result=53 endpos=20000", AgiAnswer(code=200, result="53", position=20_000)),
        ("200 result=123 (timeout)", AgiAnswer(code=200, result="123", text="timeout")),
        ("200 result= (timeout)", AgiAnswer(code=200, result="", text="timeout")),
        ("200 result=", AgiAnswer(code=200, result="")),
        ("200 result=1 ()", AgiAnswer(code=200, result="1", text="")),
        ("200 result=1 (a (b) c=d)", AgiAnswer(code=200, result="1", text="a (b) c=d")),
        ("200 result=1 (two\nlines)", AgiAnswer(code=200, result="1", text="two\nlines")),
        ("100 result=0 Trying...", AgiAnswer(code=100)),
        ("510 Invalid or unknown command", AgiAnswer(code=510)),
        ("511 Command Not Permitted on a dead channel or intercept routine", AgiAnswer(code=511)),
        ("520-Invalid command syntax.  Proper usage follows:", AgiAnswer(code=520)),
    ],
)
def test_answers_are_read(line: str, answer: AgiAnswer) -> None:
    assert parse_answer(line) == answer


@pytest.mark.parametrize(
    "line", ["", "HANGUP", "agi_arg_1: x", "200", "200 fine", "20 result=1", "2000 result=1", "٢٠٠ result=1"]
)
def test_a_line_that_is_no_answer_ends_the_session(line: str) -> None:
    with pytest.raises(AgiBroken):
        parse_answer(line)

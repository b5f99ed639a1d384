"""Centre files that are wrong, each in one way: the line, what is wrong, how to mend it."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centre.reader import BYTES_MAX, CentreInvalid, read_centre
from centre.schema import USUAL_AUX_REASONS
from centre.writer import write_centre
from kernel.ids import PromptId
from tests.centre.samples import PIN_HASH, SMALL

GOLDEN = Path(__file__).parent / "golden"


def errors(source: str | bytes, **known: object) -> list[str]:
    """The lines that people read; none when the file is good."""
    try:
        read_centre(source, **known)  # type: ignore[arg-type]  # the same keywords
    except CentreInvalid as invalid:
        return [str(problem) for problem in invalid.problems]
    return []


def line_of(part: str, text: str = SMALL) -> int:
    assert text.count(part) == 1, part
    return text[: text.index(part)].count("\n") + 1


WRONG_VALUES = [
    ('name = "Small"', "name = 3", "centre: name", "not text"),
    ('name = "Small"', 'name = ""', "centre: name", "empty"),
    ('name = "Small"', 'name = " Small"', "centre: name", "space"),
    ('name = "Small"', 'name = "Sm\\u0000all"', "centre: name", "U+0000"),
    ('name = "Small"', 'name = "a\\r\\nb"', "centre: name", "U+000D"),
    ('name = "Small"', 'name = "\\u202Eevil"', "centre: name", "U+202E"),
    ('name = "Small"', 'name = "\\u2028"', "centre: name", "U+2028"),
    ('name = "Small"', 'name = "x"\ntimezone = "Asia/Jakrta"', "centre: timezone", 'did you mean "Asia/Jakarta"?'),
    ('name = "Small"', 'name = "x"\ntimezone = "../../etc/passwd"', "centre: timezone", "not a time zone"),
    ('name = "Small"', 'name = "x"\ncountry = "Indonesia"', "centre: country", "country code"),
    ('name = "Small"', 'name = "x"\nformat = 2', "centre: format", "out of range"),
    ('name = "Small"', 'name = "x"\nnmae = "y"', "centre: nmae", 'did you mean "name"?'),
    ('languages = ["id", "en"]', "languages = []", "centre: languages", "0 elements"),
    ('languages = ["id", "en"]', 'languages = ["id", "ind"]', "centre: languages[2]", "language code"),
    ('languages = ["id", "en"]', 'languages = ["id", "id"]', "centre: languages[2]", "listed twice"),
    ('id = "sales"', 'id = "sales"\npriority = 11', "queue sales: priority", "11 is out of range"),
    ('id = "sales"', 'id = "sales"\npriority = true', "queue sales: priority", "true or false, not a whole number"),
    ('id = "sales"', 'id = "sales"\npriority = 5.0', "queue sales: priority", "a number with a fraction"),
    ('id = "sales"', 'id = "sales"\npriority = "5"', "queue sales: priority", "this is text"),
    ('id = "sales"', f'id = "sales"\npriority = {"9" * 400}', "queue sales: priority", "out of range"),
    ('id = "sales"', 'id = "sales"\nring_s_max = 4', "queue sales: ring_s_max", "5 to 120"),
    ('id = "sales"', 'id = "sales"\nwait_s_max = -1', "queue sales: wait_s_max", "out of range"),
    ('id = "sales"', 'id = "sales"\non_no_answer = "axu"', "queue sales: on_no_answer", 'did you mean "aux"?'),
    ('id = "sales"', 'id = "sales"\nmusic = "a]b"', "queue sales: music", "is not an id"),
    ('id = "sales"', 'id = "sales"\npriorty = 3', "queue sales: priorty", 'did you mean "priority"?'),
    ('id = "sales"', 'id = "sales"\n"\\u001b[31m" = 3', "queue sales: \\x1b[31m", "unknown key"),
    ("{ english = 2 }", "{ english = 6 }", "queue sales: requires.english", "1 to 5"),
    ("{ english = 2 }", "{ englsh = 2 }", "queue sales: requires.englsh", 'did you mean "english"?'),
    ("{ english = 2 }", '["english"]', "queue sales: requires", "not a table"),
    ("{ english = 5 }", "{ french = 5 }", "agent ann: skills.french", 'there is no skill "french"'),
    ('login = "1001"', 'login = "12"', "agent ann: login", "3-8 digits"),
    ('login = "1001"', "login = 1001", "agent ann: login", "whole number, not text"),
    (f'"{PIN_HASH}"', '"4711"', "agent ann: pin_hash", "sambut hash-pin"),
    (f'"{PIN_HASH}"', f'"{PIN_HASH.replace("65536", "9999999")}"', "agent ann: pin_hash", "costs too much"),
    (f'"{PIN_HASH}"', f'"{PIN_HASH.replace("t=3", "t=0")}"', "agent ann: pin_hash", "nothing"),
    ('name = "Desk 1"', 'name = "De;sk"', "device desk-1: name", "the character ;"),
    ('name = "Desk 1"', 'name = "${SHELL(x)}"', "device desk-1: name", "the character $"),
    ('name = "Desk 1"', f'name = "{"x" * 61}"', "device desk-1: name", "at most 60"),
    ('name = "Desk 1"', 'name = "#include"', "device desk-1: name", "begins with #"),
    ('id = "desk-1"', 'id = "Desk"', "device Desk: id", "is not an id"),
    ('id = "desk-1"', f'id = "{"d" * 41}"', f"device {'d' * 41}: id", "is not an id"),
    ('id = "desk-1"', 'id = "desk-1"\ntransport = "wsss"', "device desk-1: transport", 'did you mean "wss"?'),
    ('id = "desk-1"', 'id = "desk-1"\nauto_answer = "yes"', "device desk-1: auto_answer", "without quotes"),
    ('id = "desk-1"', 'id = "desk-1"\ncodecs = ["g729"]', "device desk-1: codecs[1]", "not known"),
    ('host = "sip.example.id"', 'host = "a b"', "trunk carrier: host", "neither a host name"),
    ('host = "sip.example.id"', 'host = "300.1.2.3"', "trunk carrier: host", "not an IP address"),
    ('host = "sip.example.id"', 'host = "x\\u003By"', "trunk carrier: host", "neither"),
    ('host = "sip.example.id"', 'host = "x"\nport = 0', "trunk carrier: port", "1 to 65535"),
    ('host = "sip.example.id"', 'host = "x"\nlines_max = 2001', "trunk carrier: lines_max", "1 to 2000"),
    ('host = "sip.example.id"', 'host = "x"\ncaller_id = "+62 21"', "trunk carrier: caller_id", "2-15 digits"),
    ('host = "sip.example.id"', 'host = "x"\nregister_user = "a;b"', "trunk carrier: register_user", "SIP user name"),
    ('match = ["192.0.2.10"]', 'match = ["192.0.2.300"]', "trunk carrier: match[1]", "check the digits"),
    ('match = ["192.0.2.10"]', 'match = ["192.0.2.1/24"]', "trunk carrier: match[1]", "bits beyond the mask"),
    ('match = ["192.0.2.10"]', 'match = ["0.0.0.0/0"]', "trunk carrier: match[1]", "half the internet"),
    ('match = ["192.0.2.10"]', 'match = ["fe80::1%eth0"]', "trunk carrier: match[1]", "not an IP address"),
    ('match = ["192.0.2.10"]', 'match = ["::1", "0:0:0:0:0:0:0:1"]', "trunk carrier: match[2]", "listed twice"),
    ('match = ["192.0.2.10"]', 'match = "192.0.2.10"', "trunk carrier: match", "not a list"),
    ('number = "169"', "number = 169", "did #1: number", "between quotes"),
    ('number = "169"', 'number = "16A"', "did 16A: number", "digits"),
    ('flow = "main"', 'flow = "mian"', "did 169: flow", 'did you mean "main"?'),
    ('id = "office"', 'id = "office"\ntimezone = "WIB"', "hours office: timezone", "not a time zone"),
    ('id = "office"', 'id = "office"\nholidays = "XX"', "hours office: holidays", "no holidays are known"),
    ('id = "office"', 'id = "office"\nclosed_dates = ["2026-02-30"]', "hours office: closed_dates[1]", "not a date"),
    ('id = "office"', 'id = "office"\nclosed_dates = ["20261225"]', "hours office: closed_dates[1]", "not a date"),
    ('"08:00"', '"8:00"', "hours office: spans[1].opens", "HH:MM"),
    ('"17:00"', '"24:01"', "hours office: spans[1].closes", "HH:MM"),
    ('"17:00"', '"08:00"', "hours office: spans[1]", "before it opens"),
    ('"17:00"', '"07:00"', "hours office: spans[1]", "cross midnight"),
    ('["mon"]', '["monday"]', "hours office: spans[1].days[1]", 'did you mean "mon"?'),
    ('["mon"]', "[]", "hours office: spans[1].days", "0 elements"),
    ('kind = "priority"', 'kind = "vip"', "caller list vip: kind", "write one of priority, block"),
    ('"+628111690001"', '"08111690001"', "caller list vip: numbers[1].number", "E.164"),
    ('"+628111690001"', '"+0811"', "caller list vip: numbers[1].number", "E.164"),
    ('"Friend"', '"a\\tb"', "caller list vip: numbers[1].reason", "U+0009"),
    ('"Friend"', '"x", why = "y"', "caller list vip: numbers[1].why", "unknown key"),
    ('start = "start"', 'start = "begin"', "flow main: start", "there is no node 'begin'"),
    ('start = "start"', 'start = "welcome"', "flow main: start", "node of kind start"),
    ('kind = "play"', 'kind = "pley"', "flow main: nodes.welcome.kind", "play"),
    ('kind = "play"', "kind = 3", "flow main: nodes.welcome.kind", "not text"),
    ('prompts = ["welcome"]', "prompts = []", "flow main: nodes.welcome.prompts", "1 to 10"),
    ('prompts = ["welcome"]', 'promts = ["welcome"]', "flow main: nodes.welcome.promts", "no such setting"),
    ('prompts = ["welcome"]', "prompts = [1.5]", "flow main: nodes.welcome.prompts[1]", "which no node takes"),
    ('prompts = ["welcome"]', "prompts = 2026-11-24", "flow main: nodes.welcome.prompts", "a date or time"),
    ('prompts = ["welcome"]', f"prompts = {'[' * 9}1{']' * 9}", "flow main: nodes.welcome.prompts", "too deep"),
    ('queue = "sales"', 'queue = "slaes"', "flow main: nodes.wait.queue", 'did you mean "sales"?'),
    ('refused = "goodbye"', 'refused = "godbye"', "flow main: nodes.wait.exits.refused", "no such node"),
    ('refused = "goodbye"', 'refused = "goodbye", x = "goodbye"', "flow main: nodes.wait.exits.x", "no exit 'x'"),
    ('refused = "goodbye"', "refused = 3", "flow main: nodes.wait.exits.refused", "not text"),
    (
        'queue = "sales"',
        'queue = "sales"\nskills = { frnch = 2 }',
        "flow main: nodes.wait.skills",
        "there are: english",
    ),
]


@pytest.mark.parametrize(("good", "bad", "where", "words"), WRONG_VALUES)
def test_a_wrong_value_is_named_by_line_place_and_remedy(good: str, bad: str, where: str, words: str) -> None:
    line = line_of(good) + bad.count("\n")
    # The table's own name for what is checked, as [centre] has no records.
    where = where.replace("centre: ", "centre.")

    found = errors(SMALL.replace(good, bad))

    about = [error for error in found if error.startswith(f"line {line}: {where}") and words in error]
    assert about, found
    assert re.fullmatch(r"line \d+: .+; .+", about[0])
    assert about[0].isprintable()


def test_the_small_centre_is_right() -> None:
    assert errors(SMALL) == []


@pytest.mark.parametrize(
    ("table", "again", "where"),
    [
        ("skills", 'id = "english"\nname = "x"', "skill english: id"),
        ("queues", 'id = "sales"\nname = "x"', "queue sales: id"),
        ("agents", f'id = "ann"\nname = "x"\nlogin = "1002"\npin_hash = "{PIN_HASH}"', "agent ann: id"),
        ("agents", f'id = "bob"\nname = "x"\nlogin = "1001"\npin_hash = "{PIN_HASH}"', "agent bob: login"),
        ("devices", 'id = "desk-1"\nname = "x"', "device desk-1: id"),
        ("trunks", 'id = "carrier"\nhost = "x"\nregister_user = "y"', "trunk carrier: id"),
        ("dids", 'number = "+169"\nflow = "main"', "did +169: number"),
        ("hours", 'id = "office"\nspans = [{ opens = "08:00", closes = "09:00" }]', "hours office: id"),
        ("caller_lists", 'id = "vip"\nkind = "block"', "caller list vip: id"),
    ],
)
def test_a_name_taken_twice_is_refused_at_the_second(table: str, again: str, where: str) -> None:
    text = f"{SMALL}\n[[{table}]]\n{again}\n"
    key = where.rpartition(" ")[2]
    line = next(
        number
        for number, line in enumerate(text.split("\n"), 1)
        if line.startswith(f"{key} = ") and number > SMALL.count("\n")
    )

    (found,) = errors(text)

    assert found.startswith(f"line {line}: {where}: ")
    assert "#1 has the same" in found


def test_a_file_without_reasons_has_the_usual_ones_and_says_so_when_written() -> None:
    centre = read_centre('[centre]\nname = "169"\n')

    assert {reason.digits: reason.id for reason in centre.aux_reasons} == USUAL_AUX_REASONS
    assert read_centre(write_centre(centre)) == centre


@pytest.mark.parametrize(
    ("reasons", "where", "words"),
    [
        ("aux_reasons = []\n", "aux_reasons", "there are none"),
        ('[[aux_reasons]]\nid = "rona"\ndigits = "8"\n', "aux reason rona: id", "the engine itself"),
        ('[[aux_reasons]]\nid = "food"\ndigits = "3"\n', "aux reason food: digits", "the same"),
        ('[[aux_reasons]]\nid = "a"\ndigits = "*3"\n', "aux reason a: digits", "1-3 digits"),
    ],
)
def test_reasons_that_nobody_could_choose_are_refused(reasons: str, where: str, words: str) -> None:
    text = reasons + '[centre]\nname = "169"\n' if reasons.startswith("aux") else SMALL + "\n" + reasons

    (found,) = errors(text)

    assert where in found
    assert words in found


def test_trunks_that_claim_the_same_caller_are_refused() -> None:
    other = '\n[[trunks]]\nid = "other"\nhost = "x"\nmatch = ["2001:db8::/32", "192.0.2.0/24"]\n'

    (found,) = errors(SMALL + other)

    assert found.startswith(
        f"line {SMALL.count(chr(10)) + 5}: trunk other: match: 192.0.2.0/24 also belongs to trunk carrier"
    )


def test_a_trunk_that_nothing_leads_to_is_refused() -> None:
    (found,) = errors(SMALL.replace('match = ["192.0.2.10"]\n', ""))

    assert found.startswith(f"line {line_of('[[trunks]]')}: trunk carrier: calls cannot be told")


def test_a_phone_that_is_called_like_a_trunk_is_refused() -> None:
    text = (
        SMALL
        + '\n[[trunks]]\nid = "one"\nhost = "192.0.2.1"\nmatch = ["192.0.2.1"]\n[[devices]]\nid = "trunk-one"\nname = "Desk"\n'
    )

    (error,) = errors(text)

    assert "device trunk-one: id: Asterisk calls a trunk so" in error
    assert errors(text.replace('id = "trunk-one"', 'id = "trunk-two"')) == []


def test_a_transport_that_the_settings_have_off_is_refused() -> None:
    text = SMALL + '\n[[devices]]\nid = "desk"\nname = "Desk"\ntransport = "tls"\n'

    (error,) = errors(text, transports={"udp", "tcp"})

    assert error == (
        f"line {line_of('transport = ', text)}: device desk: transport: tls is turned off in the settings; "
        "set asterisk.sip_tls_port, or use one of: tcp, udp"
    )
    assert errors(text, transports={"udp", "tls"}) == []
    assert errors(text) == []


def test_spans_of_one_day_that_cross_are_refused() -> None:
    crossing = '{ days = ["tue", "mon"], opens = "16:59", closes = "18:00" }'

    (found,) = errors(SMALL.replace('closes = "17:00" }', f'closes = "17:00" }}, {crossing}'))

    assert "mon 08:00-17:00 and 16:59-18:00 cross" in found


def test_spans_that_touch_or_are_of_other_days_are_right() -> None:
    touching = (
        '{ days = ["mon"], opens = "17:00", closes = "24:00" }, { days = ["tue"], opens = "08:00", closes = "17:00" }'
    )

    assert errors(SMALL.replace('closes = "17:00" }', f'closes = "17:00" }}, {touching}')) == []


def test_a_missing_key_is_named_with_the_line_of_its_record() -> None:
    (found,) = errors(SMALL.replace('login = "1001"\n', ""))

    assert found.startswith(f"line {line_of('[[agents]]')}: agent ann: login is missing; add login = ")


def test_a_missing_exit_is_named_with_the_line_of_the_exits() -> None:
    (found,) = errors(SMALL.replace(', refused = "goodbye"', ""))

    assert found.startswith(f"line {line_of('exits = { timeout')}: flow main: nodes.wait.exits.refused: ")


def test_a_node_that_nobody_reaches_is_refused() -> None:
    (found,) = errors(f'{SMALL}\n[flows.nodes.island]\nkind = "hangup"\n')

    assert found.startswith(f"line {SMALL.count(chr(10)) + 2}: flow main: nodes.island: no way leads here")


def test_a_language_that_the_centre_does_not_speak_is_refused() -> None:
    speak = '\n[flows.nodes.speak]\nkind = "set"\nvariables = { language = "jp" }\nexits = { next = "wait" }\n'

    (found,) = errors(SMALL.replace('exits = { next = "wait" }', 'exits = { next = "speak" }') + speak)

    assert 'nodes.speak.variables.language: there is no language "jp"; there are: en, id' in found


def test_an_announcement_must_exist_in_every_language_of_the_centre() -> None:
    some, none = frozenset({PromptId("welcome")}), frozenset[PromptId]()

    assert errors(SMALL, announcements={"id": some, "en": some}) == []
    (found,) = errors(SMALL, announcements={"id": some, "en": none})
    assert found.startswith(
        f"line {line_of('prompts = ')}: flow main: nodes.welcome.prompts: there is no prompt 'welcome'"
    )


def test_a_language_without_any_announcement_is_one_error() -> None:
    (found,) = errors(SMALL, announcements={"id": frozenset({PromptId("welcome")})})

    assert found.startswith(f'line {line_of("languages")}: centre.languages[2]: there are no announcements in "en"')


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("", 1, "[centre] is missing"),
        ("centre = 3", 1, "not a table"),
        ('[centre]\nname = "x\n', 2, "not TOML"),
        ("[centre]\nname = \n", 2, "not TOML"),
        ("[centre]\n[centre]\n", 2, "not TOML"),
        ("[centre]\na = 1\na = 2\n", 3, "not TOML"),
        ("[centre]\nx = [\n1,\n", 3, "not TOML"),
        (b"[centre]\n\nname = '\xff'\n", 3, "not UTF-8"),
        ("[centre]\nname = '\x1b[2J'\n", 2, "not TOML"),
        (f"x = {'9' * 5000}", 1, "not TOML"),
        (f"x = {'[' * 5000}", 1, "too deep"),
        ("x" * (BYTES_MAX + 1), 1, "at most"),
        ('[centre]\nname = "x"\n[skills]\nid = "a"\n', 3, "not a list of tables"),
        ('[centre]\nname = "x"\n[skils]\n', 3, 'did you mean "skills"?'),
        ('skills = [3]\n[centre]\nname = "x"', 1, "not a table"),
    ],
)
def test_a_file_that_is_no_centre_at_all_is_refused_with_a_line(source: str | bytes, line: int, words: str) -> None:
    found = errors(source)

    assert any(error.startswith(f"line {line}: ") and words in error for error in found), found
    assert all(error.isprintable() for error in found)


def test_one_error_does_not_hide_another() -> None:
    text = (GOLDEN / "broken.toml").read_text(encoding="utf-8")

    assert errors(text) == (GOLDEN / "broken.errors.txt").read_text(encoding="utf-8").splitlines()


def test_a_written_pin_is_never_repeated() -> None:
    assert "471147" not in "".join(errors(SMALL.replace(PIN_HASH, "471147")))


@given(cut=st.integers(0, len(SMALL)), put=st.text(max_size=5))
def test_no_damage_to_a_file_ends_in_anything_but_errors_or_a_centre(cut: int, put: str) -> None:
    assert all(error.isprintable() for error in errors(SMALL[:cut] + put + SMALL[cut + len(put) :]))


@given(source=st.binary(max_size=200))
def test_no_bytes_end_in_anything_but_errors(source: bytes) -> None:
    assert errors(source)

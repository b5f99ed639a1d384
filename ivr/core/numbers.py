"""Numbers and names as callers send them: cleaned once where they come in, and made comparable. Pure.

phonenumbers does not know 169 and turns it into +62169, and takes 1500123 for a subscriber's number, so what it says of the
short codes is not believed.
"""

import re
import unicodedata

import phonenumbers

NUMBER_LENGTH_MAX = 64
NAME_LENGTH_MAX = 128
_TAIL_LENGTH_MAX = 32

SHORT_CODES = (
    "169",
    "110",
    "112",
    "113",
    "115",
    "117",
    "118",
    "119",
    "129",
    "108",
    "147",
    "188",
    "14xxx",
    "1500xxx",
)
"""Numbers that are dialled as they are, in Indonesia; x is any digit. They are no subscriber's, also behind the country's code,
where some carriers put them."""

SHORT_CODES_OF = "62"
"""The country code of the short codes."""

_SHORT_CODE = re.compile("|".join(code.replace("x", "[0-9]") for code in SHORT_CODES))

_WITHHELD = frozenset(
    {"", "anonymous", "unknown", "restricted", "private", "unavailable", "withheld", "s", "<unknown>"}
)

# Controls, formats (they can turn the reading direction), surrogates, unassigned, line and paragraph separators.
_REMOVED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"})


def clean(text: str, length_max: int) -> str:
    """One line of plain text: no control characters, single spaces, at most ``length_max`` characters."""
    # Cut before and after: a megabyte must not be walked, and removing characters can only shorten.
    head = text[: 4 * length_max]
    kept = "".join(" " if character in "\t\r\n" else character for character in head)
    kept = "".join(character for character in kept if unicodedata.category(character) not in _REMOVED_CATEGORIES)
    return " ".join(kept.split())[:length_max].rstrip()


def clean_number(text: str) -> str:
    """A caller's number as the network sent it, safe to keep: at most 64 characters."""
    return clean(text, NUMBER_LENGTH_MAX)


def clean_name(text: str) -> str:
    """A caller's displayed name, safe to keep and to show: at most 128 characters, any script."""
    return clean(text, NAME_LENGTH_MAX)


def normalised(raw: str, *, country: str = "ID") -> str:
    """A number as lists and reports compare it.

    A short code stays as it is, a possible subscriber's number becomes E.164 (``+6281234567890``), anything else keeps
    its digits (at most 32); "" when the number is withheld. ``country`` is where national numbers are from (ISO 3166).
    """
    number = clean_number(raw)
    if number.lower() in _WITHHELD:
        return ""
    digits = "".join(character for character in number if character in "0123456789")
    sign = "+" if number.startswith("+") and digits else ""
    known = _e164(number, country) or sign + digits[:_TAIL_LENGTH_MAX]
    short = known.removeprefix(f"+{SHORT_CODES_OF}")
    return short if short != known and _SHORT_CODE.fullmatch(short) else known


def normalised_prefix(raw: str, *, country: str = "ID") -> str:
    """The beginning of numbers, so that every normalised number that begins so in the network begins so here too.

    ``0812`` becomes ``+62812``; what is no beginning of a subscriber's number (``1500``) keeps its digits. "" when it is
    none, or would be everybody of the centre's own country.
    """
    number = "".join(character for character in clean_number(raw) if character not in " ()-./")
    if not re.fullmatch(r"\+?[0-9]{2,15}", number):
        return ""
    own = f"+{phonenumbers.country_code_for_region(country)}"
    trunk = phonenumbers.ndd_prefix_for_region(country, True) or ""
    if number.startswith("+"):
        prefix = number
    elif trunk and number.startswith(trunk):
        prefix = own + number.removeprefix(trunk)
    elif number.startswith(own[1:]):
        prefix = f"+{number}"
    else:
        prefix = number
    # No subscriber's number has the trunk prefix behind the country's code, whatever people write.
    is_none = prefix.startswith("+0") or (trunk and prefix.startswith(own + trunk))
    return "" if is_none or own.startswith(prefix) else prefix


def _e164(number: str, country: str) -> str | None:
    # Letters and signs would be read as a keypad's letters or an extension: such a caller id is not a number.
    if not all(character in "0123456789 ()-./" for character in number.removeprefix("+")):
        return None
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)

"""What may stand inside one line sent to Asterisk. Pure.

AMI and AGI are both line protocols: a CR, LF or NUL that a caller managed to put into a name or a
variable would start a header or a command of its own. Such a value is refused, never cleaned in silence.
"""

from typing import Final

LINE_BREAKERS: Final = ("\r", "\n", "\0")


class UnsafeValue(ValueError):
    """A value cannot be sent to Asterisk without changing the meaning of the line. Nothing was written.

    The text names the place, never the value: the value may be a caller's name or number.
    """


def refuse_line_breakers(value: str, *, place: str) -> str:
    """`value` unchanged when it fits inside one line.

    `place` names the header or argument for the error text.
    Raises UnsafeValue on CR, LF, NUL, or text that is not encodable as UTF-8 (lone surrogates).
    """
    if any(breaker in value for breaker in LINE_BREAKERS):
        raise UnsafeValue(f"{place}: line break or NUL inside the value")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise UnsafeValue(f"{place}: not encodable as UTF-8") from None
    return value

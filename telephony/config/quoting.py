"""What may stand in a value of an Asterisk configuration file. Pure."""

from typing import Final

VALUE_BYTES_MAX: Final = 512
_FORBIDDEN: Final = ";[]\\"


class UnsafeConfigValue(ValueError):
    """A value would change the meaning of a configuration file. Nothing was written."""


def conf_value(value: object) -> str:
    """``value`` as it may stand behind ``name =``.

    Raises UnsafeConfigValue for control characters, ``;`` (comment), brackets (a section), backslash, leading or
    trailing blanks, ``#`` at the start (an include), what UTF-8 cannot write, or more than 512 bytes.
    """
    text = str(value)
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in text):
        raise UnsafeConfigValue("a configuration value holds a control character")
    if any(letter in _FORBIDDEN for letter in text):
        raise UnsafeConfigValue("a configuration value holds one of ; [ ] \\")
    if text != text.strip() or text.startswith("#"):
        raise UnsafeConfigValue("a configuration value begins or ends with a blank, or begins with #")
    try:
        length = len(text.encode())
    except UnicodeEncodeError:
        raise UnsafeConfigValue("a configuration value is no text that can be written") from None
    if length > VALUE_BYTES_MAX:
        raise UnsafeConfigValue(f"a configuration value is longer than {VALUE_BYTES_MAX} bytes")
    return text

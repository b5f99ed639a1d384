"""Asks for several digits, spoken to and pressed by hand, outside any flow: logins, PINs, reasons."""

from agi_scripts.ports import Line
from ivr.core.steps import ALL_KEYS, DIGITS
from kernel.ids import PromptId

END_KEY = "#"
FIRST_KEY_MS_MAX = 10_000
NEXT_KEY_MS_MAX = 5_000


async def ask_digits(line: Line, prompt_id: PromptId, language: str, *, digits_max: int) -> str:
    """The digits pressed until ``#``, the longest entry, or a pause; ``""`` when none were. ``*`` starts over.

    Raises CallerGone, PromptMissing.
    """
    digits = ""
    key = await line.play((prompt_id,), language, ALL_KEYS) or await line.wait_key(FIRST_KEY_MS_MAX)
    # Every key is counted, so that nobody can keep the line by pressing * for ever.
    for _ in range(4 * digits_max):
        if key in ("", END_KEY):
            break
        digits = digits + key if key in DIGITS else ""
        if len(digits) == digits_max:
            break
        key = await line.wait_key(NEXT_KEY_MS_MAX)
    return digits

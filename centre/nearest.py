"""The word that was probably meant. Pure."""

from collections.abc import Iterable
from difflib import get_close_matches


def suggestion(written: str, known: Iterable[str]) -> str:
    """How to mend a misspelt word: `did you mean "priority"?`, or "" when nothing known is near."""
    # Nobody's slip of the finger makes 80 characters, and comparing long words is slow.
    near = get_close_matches(written[:80], list(known), n=1)
    return f'did you mean "{near[0]}"?' if near else ""

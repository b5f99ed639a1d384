"""How the words of the wire are spelt. Pure."""

import re


def tag_of(class_name: str) -> str:
    """`PicksUpWhenTold` is `picks_up_when_told` on the wire."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", class_name).lower()

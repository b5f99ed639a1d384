"""The centre as it is kept."""

import pytest
from hypothesis import HealthCheck, given, settings

from centre.model import Centre
from centre.reader import read_centre
from centre.shelf_text import ShelfTextBroken, from_shelf_text, to_shelf_text
from tests.centre.samples import SMALL, centres


@given(centre=centres())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@pytest.mark.slow  # draws whole centres
def test_what_is_kept_is_the_whole_centre_with_versions(centre: Centre) -> None:
    assert from_shelf_text(to_shelf_text(centre)) == centre


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: text.partition("\n")[2],
        lambda text: text.replace("main=1", "main=0"),
        lambda text: text.replace("main=1", "main"),
        lambda text: text[: text.index("requires") + 4],
        lambda text: text.replace('flow = "main"', 'flow = "mian"'),
    ],
)
def test_a_damaged_text_is_not_taken_for_a_centre(damage: object) -> None:
    assert callable(damage)
    text = to_shelf_text(read_centre(SMALL))

    with pytest.raises(ShelfTextBroken):
        from_shelf_text(damage(text))

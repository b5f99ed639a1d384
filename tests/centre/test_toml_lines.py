"""Lines of a TOML text, beside tomllib's values."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centre.problems import Place
from centre.toml_lines import line_at, lines_of
from centre.writer import toml_value

KEYS = st.text(min_size=1, max_size=4) | st.sampled_from(["a", "b-1", "é", '"', "'", ".", "\\", "#"])
VALUES = st.recursive(
    st.integers() | st.booleans() | st.text(max_size=8),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(KEYS, inside, max_size=3),
    max_leaves=10,
)


def places(value: Any, at: Place = ()) -> list[Place]:
    """Every place in a value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, one in inside for place in ((*at, key), *places(one, (*at, key)))]


@given(document=st.dictionaries(KEYS, VALUES, max_size=5))
def test_every_value_has_the_line_it_stands_on(document: dict[str, Any]) -> None:
    text = "".join(
        f"# {number}\n{toml_value(key)} = {toml_value(document[key])}\n" for number, key in enumerate(document)
    )

    found = lines_of(text)

    assert tomllib.loads(text) == document
    assert sorted(found, key=repr) == sorted(places(document), key=repr)
    for number, key in enumerate(document):
        assert {line for place, line in found.items() if place[0] == key} == {2 * number + 2}


TEXT = '''
a.b = 1          # [not a table]
"q.r" = """
x = 1
""\\"]
"""
l = [
  1, # one ]
  [2, "]"], { k = 'v}' },

]
d = 1979-05-27 07:32:00
[t.u]
x = \'\'\'
'' } \'\'\'\'
[[arr]]
[[arr]]
[[arr.sub]]
z = 1
[[arr.sub]]
"\\u0041" = 2
[arr.one]
y = 3
'''


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("a",), 2),
        (("a", "b"), 2),
        (("q.r",), 3),
        (("l",), 7),
        (("l", 0), 8),
        (("l", 1, 1), 9),
        (("l", 2, "k"), 9),
        (("d",), 12),
        (("t", "u"), 13),
        (("t", "u", "x"), 14),
        (("arr",), 16),
        (("arr", 0), 16),
        (("arr", 1), 17),
        (("arr", 1, "sub", 0, "z"), 19),
        (("arr", 1, "sub", 1), 20),
        (("arr", 1, "sub", 1, "A"), 21),
        (("arr", 1, "one"), 22),
        (("arr", 1, "one", "y"), 23),
    ],
)
def test_each_form_of_toml_is_followed(place: Place, line: int) -> None:
    tomllib.loads(TEXT)

    assert lines_of(TEXT)[place] == line


def test_a_key_that_is_missing_has_the_line_of_what_lacks_it() -> None:
    found = lines_of("\n[a]\nb = 1\n")

    assert line_at(found, ("a", "missing", 3)) == 2
    assert line_at(found, ("missing",)) == 1
    assert line_at(found, ()) == 1

"""docs/centre-file.md is the schema of today, and every default in it is allowed."""

import pytest

from centre.compound import NUMBER_KEYS, SPAN_KEYS
from centre.fields import Field, Must
from centre.reference import reference_page
from centre.schema import CENTRE_FIELDS, SHAPES
from tests.centre.write_reference import PAGE

FIELDS = [*CENTRE_FIELDS, *SPAN_KEYS, *NUMBER_KEYS, *(field for shape in SHAPES for field in shape.fields)]


def test_the_page_is_made_from_the_schema_of_today() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert page == reference_page(), "write it anew: python -m tests.centre.write_reference"
    assert all(f"| `{field.key}` |" in page for field in FIELDS)


@pytest.mark.parametrize(
    "field", [one for one in FIELDS if not isinstance(one.default, Must)], ids=lambda field: str(field.key)
)
def test_every_default_is_allowed_and_written_back_as_it_stands(field: Field) -> None:
    assert field.kind.plain(field.kind.read(field.default)) == field.default

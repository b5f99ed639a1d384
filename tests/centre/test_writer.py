"""The centre written and read again."""

import tomllib

import pytest
from hypothesis import HealthCheck, given, settings

from centre.model import Centre
from centre.reader import read_centre
from centre.schema import CENTRE_FIELDS, SHAPES
from centre.writer import flow_versions, toml_value, write_centre
from tests.centre.samples import SMALL, centres, with_first_versions


@given(centre=centres())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@pytest.mark.slow  # draws whole centres
def test_what_is_written_reads_back_as_the_same_centre(centre: Centre) -> None:
    assert read_centre(write_centre(centre), flow_versions=flow_versions(centre)) == centre


@given(centre=centres())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@pytest.mark.slow  # draws whole centres
def test_versions_of_flows_are_not_in_the_file(centre: Centre) -> None:
    assert read_centre(write_centre(centre)) == with_first_versions(centre)


def test_every_key_is_written_those_left_out_too() -> None:
    written = tomllib.loads(write_centre(read_centre(SMALL)))

    assert list(written["centre"]) == [field.key for field in CENTRE_FIELDS]
    for shape in SHAPES:
        assert [list(record) for record in written[shape.table]] == [[field.key for field in shape.fields]]


def test_order_and_layout_of_a_file_leave_no_trace() -> None:
    tables = SMALL.split("\n\n[[")
    flow = tables.index(next(table for table in tables if table.startswith("flows")))
    shuffled = "\n\n[[".join([tables[0], *reversed(tables[1:flow]), *tables[flow:]]).replace("\n", "\r\n")

    assert shuffled != SMALL
    assert write_centre(read_centre(shuffled)) == write_centre(read_centre(SMALL))


@pytest.mark.parametrize("value", [None, 1.5, {"a": None}])
def test_what_toml_cannot_say_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        toml_value(value)


@pytest.mark.parametrize("text", ['"', "\\", "\x00\x1f\x7f", "\t\n\r", "é\u2028😀", "#]["])
def test_any_text_survives_quoting(text: str) -> None:
    assert tomllib.loads(f"a = {toml_value(text)}\nb = {toml_value({text: [text]})}") == {
        "a": text,
        "b": {text: [text]},
    }

"""What applying a file would do, and the versions of flows."""

from centre.model import Centre
from centre.plan import change_lines, plan
from centre.writer import flow_versions, write_centre
from tests.centre.samples import SMALL


def planned(current: Centre | None, text: str) -> Centre:
    made = plan(current, text)
    assert made.problems == ()
    assert made.centre is not None
    return made.centre


def test_a_wrong_file_gives_problems_and_no_centre() -> None:
    made = plan(None, SMALL.replace('flow = "main"', 'flow = "mian"'))

    assert made.centre is None
    assert made.changes == ()
    assert len(made.problems) == 1


def test_what_is_applied_and_exported_changes_nothing() -> None:
    centre = planned(None, SMALL)

    again = plan(centre, write_centre(centre))

    assert again.changes == ()
    assert again.centre == centre
    assert change_lines(again) == []


def test_a_new_flow_has_version_1_and_each_change_counts_one_more() -> None:
    centre = planned(None, SMALL)
    assert flow_versions(centre) == {"main": 1}

    centre = planned(centre, SMALL.replace('prompts = ["welcome"]', 'prompts = ["hello"]'))
    assert flow_versions(centre) == {"main": 2}

    centre = planned(centre, SMALL)
    assert flow_versions(centre) == {"main": 3}


def test_a_change_elsewhere_leaves_a_flows_version() -> None:
    changed = planned(planned(None, SMALL), SMALL.replace('name = "Sales"', 'name = "Selling"'))

    assert flow_versions(changed) == {"main": 1}
    assert changed.queues[0].name == "Selling"

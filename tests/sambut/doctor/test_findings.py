"""Findings in words."""

from sambut.doctor.findings import all_wrong, fine, warning, wrong


def test_a_finding_is_one_sentence_of_where_what_and_how_to_mend() -> None:
    assert (
        str(wrong("http.port", "port 80 is taken", "choose another")) == "http.port: port 80 is taken; choose another"
    )
    assert str(fine("clock", "right")) == "clock: right"


def test_only_what_is_wrong_counts() -> None:
    bad = wrong("a", "b", "c")

    assert all_wrong([fine("a", "b"), warning("a", "b", "c"), bad]) == [bad]

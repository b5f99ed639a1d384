"""Every report names what it was measured on."""

from sambut.bench.machine import machine_facts


def test_machine_and_versions_are_named() -> None:
    facts = machine_facts()

    assert {"processor", "cores", "load_1_min", "python", "sambut", "asterisk", "panoramisk", "sqlite"} <= facts.keys()
    assert all(facts[name] not in ("", None) for name in facts)

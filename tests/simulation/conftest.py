"""What the product logs of the faults it meets is no news here."""

from collections.abc import Iterator

import pytest
import structlog

from simulator.seeds import be_quiet


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """As in a run of many seeds."""
    kept = structlog.get_config()
    be_quiet()
    yield
    structlog.configure(**kept)

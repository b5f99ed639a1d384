"""The wire: what a client of version 1 relies on. A golden file never changes but for added fields."""

from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # ships no types
import msgspec
import pytest

from cti import schemas, wire
from cti.frames import FrameMaker, numbered
from cti.screen_pop import ScreenPop
from cti.settings import CtiSettings
from cti.translate import Translator
from tests.cti.conftest import contact
from tests.cti.day import whole_day
from tests.cti.fakes import FakeContacts, Script

GOLDEN = Path(__file__).parent / "golden"
CRM = "https://crm.example.id/open?key={key}&call={call_id}&agent={agent_id}"


async def every_event() -> list[dict[str, Any]]:
    """The whole day, as a client who may see everything gets it."""
    script, translator = Script(), Translator()
    whole_day(script)
    settings = CtiSettings(tenant="169", recordings_folder=Path(), screen_pop=ScreenPop(url_template=CRM))
    maker = FrameMaker(FakeContacts(contact("c1-1"), contact("c2-1")), settings)
    frames: list[dict[str, Any]] = []
    for entry in script.entries:
        for ordinal, draft in enumerate(translator.take(entry), start=1):
            event = numbered(draft, seq=len(frames) + 1, journal_seq=entry.seq, ordinal=ordinal, at=entry.at)
            frames.append(msgspec.json.decode(await maker.frame(event, may_see=True)))
    return frames


async def test_the_day_has_every_type_of_event() -> None:
    assert {frame["type"] for frame in await every_event()} == set(wire.EVENTS)


@pytest.mark.parametrize("kind", wire.EVENTS)
async def test_an_event_is_as_its_golden_file_says(kind: str) -> None:
    first = next(frame for frame in await every_event() if frame["type"] == kind)

    written = msgspec.json.decode((GOLDEN / f"{kind}.json").read_bytes())

    assert first == written


async def test_every_event_fits_the_published_schema() -> None:
    validator = jsonschema.Draft202012Validator(schemas.document())

    for frame in await every_event():
        validator.validate(frame)
        assert not validator.is_valid({**frame, "data": {}})
        assert not validator.is_valid({**frame, "type": "agent.sneezed"})


def test_the_schema_document_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schemas.document())


def test_every_type_of_event_has_one_name() -> None:
    assert len(wire.TYPES) == len(wire.EVENTS)

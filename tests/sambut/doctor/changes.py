"""Settings and centres with one thing changed."""

from dataclasses import replace
from typing import Any

import msgspec

from centre.model import Centre
from centre.reader import read_centre
from sambut.settings import Settings

CENTRE = read_centre(
    """
[centre]
name = "169"
languages = ["id", "en"]
timezone = "Asia/Jakarta"

[[trunks]]
id = "carrier"
host = "sip.example"
register_user = "169"
lines_max = 30

[[devices]]
id = "phone-1"
name = "Phone"
"""
)


def change(settings: Settings, section: str, **values: Any) -> Settings:
    former = getattr(settings, section)
    return msgspec.structs.replace(settings, **{section: msgspec.structs.replace(former, **values)})


def centre_with(**values: Any) -> Centre:
    return replace(CENTRE, **values)

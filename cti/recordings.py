"""REST: the sound of a recording, whole or in ranges."""

import asyncio
from pathlib import Path

import structlog
from aiohttp import web

from cti.bearer import admitted
from cti.problems import not_found
from cti.resources import Operation, path_id
from cti.room import ROOM
from kernel.ids import ReservationId

_log = structlog.get_logger(__name__)

_UNKNOWN = "unknown_recording"


async def play_recording(request: web.Request) -> web.StreamResponse:
    """The WAV file. Its path comes from the store only, and is looked at again: it must lie below the folder."""
    grant = admitted(request, "recordings")
    room = request.app[ROOM]
    recording_id = path_id(request, "recording_id", _UNKNOWN)
    stored = await room.shelf.one(ReservationId(recording_id))
    if stored is None:
        raise not_found(_UNKNOWN, "There is no such recording.", "recording_id")
    path = await asyncio.to_thread(_below, room.settings.recordings_folder, stored.file_name)
    if path is None:
        _log.error("recording is not on the shelf", recording_id=recording_id)
        raise not_found("recording_missing", "The recording is known, but its file is not there.", "recording_id")
    # Who listened to whom is asked for one day; this line answers.
    _log.info("recording played", recording_id=recording_id, client=grant.client, method=request.method)
    response = web.FileResponse(path, headers={"Content-Disposition": f'inline; filename="{recording_id}.wav"'})
    response.content_type = "audio/wav"
    return response


def _below(folder: Path, file_name: str) -> Path | None:
    """The file of that name, if it is a plain file below the folder after every link is followed."""
    try:
        root = folder.resolve(strict=True)
        path = (root / file_name).resolve(strict=True)
    except (OSError, ValueError, RuntimeError):
        return None
    return path if path.is_relative_to(root) and path.is_file() else None


OPERATIONS = (
    Operation(
        method="GET",
        path="/recordings/{recording_id}.wav",
        name="playRecording",
        says="The sound: stereo WAV, caller left, agent right. Takes Range. Each reading is logged.",
        scopes=("recordings",),
        serve=play_recording,
        answer_media="audio/wav",
        serves_ranges=True,
        refusals=(404, 416),
    ),
)

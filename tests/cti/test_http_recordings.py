"""The REST API: the sound of a talk, and nothing else from the disk."""

from dataclasses import replace
from pathlib import Path

import pytest

from cti.http_api import PREFIX
from tests.cti.asking import SOUND, get, shelved
from tests.cti.conftest import Floor, Serve, bearer


async def test_recordings_of_an_interaction_are_listed_and_played(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)
    shelved(floor)

    _, listed = await get(client, "/interactions/c1-1/recordings", "tapes")
    response = await client.get(listed["recordings"][0]["url"], headers=bearer("tapes"))

    assert listed["recordings"][0]["duration_s"] == 35.0
    assert "file_name" not in listed["recordings"][0]
    assert (response.status, response.content_type) == (200, "audio/wav")
    assert await response.read() == SOUND


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-0", 206, slice(None, 1)),
        ("bytes=100-199", 206, slice(100, 200)),
        ("bytes=2000-", 206, slice(2000, None)),
        ("bytes=2000-999999", 206, slice(2000, None)),
        ("bytes=-16", 206, slice(-16, None)),
        ("bytes=2048-", 416, None),
        ("bytes=9-1", 416, None),
        ("bytes=0-1,4-5", 416, None),
        ("bytes=a-b", 416, None),
        ("bytes=", 416, None),
    ],
)
async def test_a_range_of_a_recording(floor: Floor, serve: Serve, asked: str, status: int, part: slice | None) -> None:
    client = await serve(floor)
    shelved(floor)

    url = f"{PREFIX}/recordings/c1-1-r1.wav"
    response = await client.get(url, headers={**bearer("tapes"), "Range": asked})

    assert response.status == status
    if part is not None:
        assert await response.read() == SOUND[part]


async def test_the_head_of_a_recording_tells_its_length(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)
    shelved(floor)

    response = await client.head(f"{PREFIX}/recordings/c1-1-r1.wav", headers=bearer("tapes"))

    assert (response.status, response.headers["Content-Length"]) == (200, str(len(SOUND)))
    assert response.headers["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize("file_name", ["../outside.wav", "/etc/passwd", "gone.wav", "2026", "link.wav", "a\x00b", ""])
async def test_nothing_outside_the_folder_is_played_whatever_the_store_says(
    floor: Floor, serve: Serve, tmp_path: Path, file_name: str
) -> None:
    folder = tmp_path / "shelf"
    folder.mkdir()
    (tmp_path / "outside.wav").write_bytes(b"secret")
    (folder / "link.wav").symlink_to(tmp_path / "outside.wav")
    floor.settings = replace(floor.settings, recordings_folder=folder)
    client = await serve(floor)
    shelved(floor, file_name)

    status, problem = await get(client, "/recordings/c1-1-r1.wav", "tapes")

    assert (status, problem["code"]) == (404, "recording_missing")


@pytest.mark.parametrize("name", ["..%2F..%2Fetc%2Fpasswd", "c9-9-r1", "%2e%2e", "a%00b"])
async def test_a_recording_of_a_hostile_name_is_not_found(floor: Floor, serve: Serve, name: str) -> None:
    client = await serve(floor)

    status, _ = await get(client, f"/recordings/{name}.wav", "tapes")

    assert status == 404

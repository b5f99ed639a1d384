"""The images and the compose file name only what exists, run as an ordinary user, and hold no secret.

No container engine is needed: the files are read, and the scripts that the containers start are run here.
"""

import http.server
import json
import os
import re
import shlex
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from sambut.settings import Settings
from sambut.settings_file import read_settings
from tests.tidy.tree import ROOT

SOURCE = "/opt/sambut/source/"
IMAGES = ["asterisk", "program"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Instruction:
    """One instruction of a Dockerfile, its lines joined."""

    word: str
    rest: str


def dockerfile(name: str) -> list[Instruction]:
    """The instructions of one image."""
    text = (ROOT / "docker" / f"{name}.Dockerfile").read_text("utf-8")
    lines = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)).splitlines()
    return [Instruction(word=line.split(" ", 1)[0], rest=line.split(" ", 1)[1]) for line in lines if line.strip()]


def last_stage(name: str) -> list[Instruction]:
    """The instructions of the stage that becomes the image."""
    instructions = dockerfile(name)
    start = max(at for at, one in enumerate(instructions) if one.word == "FROM")
    return instructions[start:]


def compose() -> dict[str, Any]:
    """The compose file."""
    read = yaml.safe_load((ROOT / "docker" / "compose.yml").read_text("utf-8"))
    assert isinstance(read, dict)
    return read


def services() -> dict[str, Any]:
    """The services of the compose file."""
    found = compose()["services"]
    assert isinstance(found, dict)
    return found


def settings_in_compose() -> Settings:
    """What the program in its container would read from its environment."""
    environment = services()["program"]["environment"]
    return read_settings(
        environment={name: re.sub(r"\$\{\w+:-(.*)\}", r"\1", value) for name, value in environment.items()}
    )


def published() -> Iterator[int]:
    """Every port that is offered outside the containers."""
    for port in services()["asterisk"]["ports"]:
        first, _, last = re.sub(r"^127\.0\.0\.1:|:.*", "", port).partition("-")
        yield from range(int(first), int(last or first) + 1)


@pytest.mark.parametrize("name", IMAGES)
def test_everything_copied_from_the_checkout_exists(name: str) -> None:
    copies = [shlex.split(one.rest) for one in dockerfile(name) if one.word == "COPY" and "--from=" not in one.rest]
    sources = [word for words in copies for word in words[:-1] if not word.startswith("--")]

    assert sources
    assert [source for source in sources if not (ROOT / source).exists()] == []


@pytest.mark.parametrize("name", IMAGES)
def test_every_script_that_is_run_exists_and_may_be_run(name: str) -> None:
    scripts = {
        found
        for one in dockerfile(name)
        for found in re.findall(rf"{SOURCE}((?:tools|docker)/[\w-]+)(?=[\s\"]|$)", one.rest)
    }

    assert scripts
    assert [script for script in scripts if not os.access(ROOT / script, os.X_OK)] == []


@pytest.mark.parametrize("name", IMAGES)
def test_the_image_runs_as_an_ordinary_user_and_is_watched(name: str) -> None:
    stage = last_stage(name)

    assert [one.rest for one in stage if one.word == "USER"][-1] not in {"root", "0"}
    assert "HEALTHCHECK" in {one.word for one in stage}
    assert "VOLUME" in {one.word for one in stage}


@pytest.mark.parametrize("name", IMAGES)
def test_no_secret_is_in_an_image(name: str) -> None:
    settings = " ".join(one.rest for one in dockerfile(name) if one.word in {"ENV", "ARG"})

    assert re.findall(r"(?i)password|secret|token|key", settings) == []


def test_no_secret_is_in_the_compose_file() -> None:
    settings = [pair for service in services().values() for pair in service.get("environment", {}).items()]

    telling = [(name, value) for name, value in settings if re.search(r"(?i)password|secret|token|key", name)]

    assert all(name.endswith("_FILE") and value.startswith("/run/") for name, value in telling)


def test_compose_builds_what_is_there_and_uses_volumes_it_declares() -> None:
    for service in services().values():
        if "build" in service:
            context = ROOT / "docker" / service["build"]["context"]
            assert (context / service["build"]["dockerfile"]).is_file()
        assert {volume.split(":")[0] for volume in service["volumes"]} <= set(compose()["volumes"])


def test_every_lasting_service_is_watched() -> None:
    lasting = {name for name, service in services().items() if "restart" in service}
    watched = {name for name in lasting if "healthcheck" in services()[name] or name in IMAGES}

    assert watched == lasting == {"asterisk", "program", "postgres"}


def test_without_a_profile_only_asterisk_and_the_program_start() -> None:
    assert [name for name, service in services().items() if "profiles" not in service] == ["asterisk", "program"]


def test_manager_and_agi_stay_on_the_loopback_address() -> None:
    program = services()["program"]

    assert program["network_mode"] == "service:asterisk"
    assert "ports" not in program
    assert settings_in_compose().asterisk.ami_host == settings_in_compose().agi.host == "127.0.0.1"
    assert {settings_in_compose().asterisk.ami_port, settings_in_compose().agi.port}.isdisjoint(published())


def test_what_is_published_is_where_the_program_and_asterisk_listen() -> None:
    settings = settings_in_compose()
    asterisk = settings.asterisk
    sound = set(range(asterisk.rtp_port_min, asterisk.rtp_port_max + 1))

    assert set(published()) == {asterisk.sip_udp_port, asterisk.sip_tcp_port, settings.http.port} | sound
    assert asterisk.mode == "external"
    assert f":{settings.http.port}/" in (ROOT / "docker" / "program-health").read_text("utf-8")


def test_both_containers_look_for_the_configuration_in_the_same_volume() -> None:
    conf = re.findall(r"SAMBUT_ENTRY_CONF:-([^}]+)}", (ROOT / "docker" / "asterisk-entry").read_text("utf-8"))

    assert Path(conf[0]).is_relative_to(settings_in_compose().run_dir)
    assert services()["asterisk"]["volumes"] == services()["program"]["volumes"]


def test_a_password_is_made_once_and_for_one_reader(tmp_path: Path) -> None:
    file = tmp_path / "postgres"
    make = [ROOT / "docker" / "make-password", file]

    subprocess.run(make, check=True)
    first = file.read_text()
    subprocess.run(make, check=True)

    assert len(first) == 32
    assert file.read_text() == first
    assert file.stat().st_mode & 0o777 == 0o600


def test_what_is_made_here_stays_out_of_the_images() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split()

    assert {".git", ".venv", "var"} <= set(ignored)


@pytest.fixture
def stand_in(tmp_path: Path) -> dict[str, str]:
    """A cache whose Asterisk is a program that prints what it was started with."""
    facts = tmp_path / "cache" / "sambut" / "asterisk" / "current.json"
    facts.parent.mkdir(parents=True)
    facts.write_text(json.dumps({"program": ["/bin/echo", "a loader", "--library-path", "*"]}))
    conf = tmp_path / "asterisk.conf"
    return {"XDG_CACHE_HOME": str(tmp_path / "cache"), "SAMBUT_ENTRY_CONF": str(conf)}


def entry(mode: str, environment: dict[str, str]) -> subprocess.Popen[str]:
    """Start what the Asterisk container starts."""
    return subprocess.Popen(
        [ROOT / "docker" / "asterisk-entry", mode],
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_asterisk_waits_for_its_configuration_and_then_starts(stand_in: dict[str, str]) -> None:
    conf = Path(stand_in["SAMBUT_ENTRY_CONF"])
    with entry("serve", stand_in) as started:
        assert started.stdout is not None
        assert "waiting for the program to write" in started.stdout.readline()
        assert started.poll() is None
        conf.write_text("[directories]\n")
        assert started.stdout.readline() == f"a loader --library-path * -C {conf} -f\n"
    assert started.returncode == 0


def test_the_health_check_asks_the_running_asterisk(stand_in: dict[str, str]) -> None:
    with entry("health", stand_in) as asked:
        assert asked.stdout is not None
        assert (
            asked.stdout.read()
            == f"a loader --library-path * -C {stand_in['SAMBUT_ENTRY_CONF']} -rx core waitfullybooted\n"
        )


def test_another_word_is_refused(stand_in: dict[str, str]) -> None:
    with entry("dance", stand_in) as refused:
        assert refused.wait(10) == 64


class Health(http.server.BaseHTTPRequestHandler):
    """Alive at /health/live, and nowhere else."""

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(200 if self.path == "/health/live" else 503)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name that the base class gives it
        """Stay quiet."""


@pytest.fixture
def address() -> Iterator[str]:
    """Where a program with that health listens."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Health) as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        serving.join()


def healthy(address: str) -> bool:
    """What the program container's health check says."""
    return (
        subprocess.run([ROOT / "docker" / "program-health", address], capture_output=True, check=False).returncode == 0
    )


def test_the_programs_health_check_believes_only_a_good_answer(address: str) -> None:
    assert healthy(f"{address}/health/live")
    assert not healthy(f"{address}/health/other")
    assert not healthy("http://127.0.0.1:9/health/live")


@pytest.mark.slow  # it installs the program as the image does
@pytest.mark.timeout(300)
def test_the_installed_program_has_its_templates_and_no_tests(tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    look = (
        "import importlib.resources, importlib.util, kernel\n"
        "print(importlib.util.find_spec('tests') is None, kernel.__file__)\n"
        "print(*(p.name for p in importlib.resources.files('asterisk_conf').joinpath('templates').iterdir()))\n"
    )

    subprocess.run([ROOT / "tools" / "python-environment", "program", venv], check=True, capture_output=True)
    seen = subprocess.run(
        [venv / "bin" / "python", "-c", look], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    first, second = seen.stdout.splitlines()
    assert first.startswith(f"True {venv}")
    assert {path.name for path in (ROOT / "asterisk_conf" / "templates").iterdir()} <= set(second.split())
    assert (venv / "bin" / "sambut").is_file()

"""Settings: safe without a file, the environment over the file, every error at once with its place."""

from ipaddress import ip_address
from pathlib import Path

import pytest

from sambut.settings_file import BYTES_MAX, SettingsInvalid, read_settings


def errors(file: Path, text: str = "", **environment: str) -> list[str]:
    """What people read; lines of the file begin with ``sambut.toml:``."""
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsInvalid) as refused:
        read_settings(file, environment)
    return [str(problem).removeprefix(f"{file.parent}/") for problem in refused.value.problems]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sambut.toml"


def test_without_a_file_everything_listens_on_the_loopback_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    settings = read_settings(environment={})

    for host in (settings.http.host, settings.agi.host, settings.asterisk.bind_address, settings.asterisk.ami_host):
        assert ip_address(host).is_loopback
    assert settings.data_dir == tmp_path / "var/data"
    assert settings.secrets_file == tmp_path / "var/data/secrets.toml"
    assert settings.recording_dir == tmp_path / "var/data/recordings"
    assert settings.database_url == f"sqlite:///{tmp_path}/var/data/sambut.sqlite3"
    assert settings.sounds_dir is None


def test_the_working_folders_file_is_found(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("[http]\nport = 9000\n")
    monkeypatch.chdir(file.parent)

    assert read_settings(environment={}).http.port == 9000


def test_the_environment_is_stronger_than_the_file(file: Path) -> None:
    file.write_text('[http]\nport = 9000\nhost = "::1"\n[recording]\nenabled = true\n')

    settings = read_settings(
        environment={
            "SAMBUT_SETTINGS": str(file),
            "SAMBUT_HTTP_PORT": "9001",
            "SAMBUT_HTTP_ALLOWED_ORIGINS": "https://a.example, https://b.example:8443",
            "SAMBUT_RECORDING_ENABLED": "no",
            "SAMBUT_ASTERISK_RTP_PORT_MAX": "12000",
            "SAMBUT_CACHE": "another tool's",
            "HOME": "/nowhere",
        }
    )

    assert settings.http.port == 9001
    assert settings.http.host == "::1"
    assert settings.http.allowed_origins == ("https://a.example", "https://b.example:8443")
    assert settings.recording.enabled is False
    assert settings.asterisk.rtp_port_max == 12_000


def test_relative_paths_count_from_the_files_folder(file: Path) -> None:
    file.write_text('[paths]\ndata_dir = "here"\nrun_dir = "/run/sambut"\n[recording]\nfolder = "../sound"\n')

    settings = read_settings(file, {})

    assert settings.data_dir == file.parent / "here"
    assert settings.run_dir == Path("/run/sambut")
    assert settings.recording_dir == file.parent.parent / "sound"


def test_a_folder_that_cannot_be_is_left_to_those_who_look_at_it(file: Path) -> None:
    file.write_text('[paths]\ndata_dir = "circle"\nrun_dir = "~no-such-user-here/run"\n')
    (file.parent / "circle").symlink_to("circle")

    settings = read_settings(file, {})

    assert settings.data_dir == file.parent / "circle"
    assert settings.run_dir == file.parent / "~no-such-user-here/run"


def test_every_error_is_reported_at_once_with_its_place(file: Path) -> None:
    text = """[http]
port = "80"
prot = 1
[asterisk]
mode = "externl"
[pats]
[log]
level = 3
[engine]
heartbeat_ms = 100
"""

    assert errors(file, text, SAMBUT_AGI_PORT="many", SAMBUT_LOG_COLOUR="1", SAMBUT_AGI_HOST="a\nb") == [
        "sambut.toml:2: http.port: expected int, got str (it is '80'); write it like its default, 8169",
        "sambut.toml:3: http has no key 'prot'; did you mean \"port\"?",
        "sambut.toml:5: asterisk.mode: is not one of the words allowed (it is 'externl'); write one of managed, external",
        "sambut.toml:6: unknown section 'pats'; did you mean \"paths\"?",
        "sambut.toml:8: log.level: expected str, got int (it is '3'); write one of debug, info, warning, error",
        "sambut.toml:10: engine.heartbeat_ms: expected int >= 200 (it is '100'); write it like its default, 2000",
        "SAMBUT_AGI_HOST: agi.host: does not have the right form (it is 'a\\nb'); write it like its default, \"127.0.0.1\"",
        "SAMBUT_AGI_PORT: agi.port: expected int, got str (it is 'many'); write it like its default, 4573",
        "SAMBUT_LOG_COLOUR: log has no key 'colour'; there are: level, format",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[asterisk]\nami_port = 4573\n", "sambut.toml:2: asterisk.ami_port: agi.port has port 4573 too"),
        (
            "[asterisk]\nami_port = 4573\n[agi]\nport = 4573\n",
            "sambut.toml:2: asterisk.ami_port: agi.port has port 4573 too",
        ),
        ("[asterisk]\nrtp_port_max = 10001\n", "sambut.toml:2: asterisk.rtp_port_max: leaves no room"),
        ("[asterisk]\nsip_udp_port = 0\nsip_tcp_port = 0\n", "sambut.toml:2: asterisk.sip_udp_port: every SIP port"),
        (
            "[asterisk]\nsip_tls_port = 5061\n",
            "sambut.toml:2: asterisk.tls_certificate: sip_tls_port and http_port need",
        ),
        (
            '[asterisk]\nlocal_networks = ["10.0.0.1/8"]\n',
            "sambut.toml:2: asterisk.local_networks: '10.0.0.1/8' is not",
        ),
        ('[phones]\nready = "*1"\n', "phones.ready: does not have the right form"),
        ('[phones]\naux = "*10"\n', "sambut.toml:2: phones.login: nobody could tell *10 from *10, the code of aux"),
        ('[phones]\naux = "*101"\n', "sambut.toml:2: phones.login: nobody could tell *10 from *101, the code of aux"),
        (
            "[engine]\nsurvivable_after_s = 5\n",
            "sambut.toml:2: engine.survivable_after_s: is less than three heartbeats",
        ),
        ('[http]\nallowed_origins = ["*"]\n', "http.allowed_origins: does not have the right form"),
        ('[http]\nhost = "127.0.0.1\\n"\n', "http.host: does not have the right form"),
        ('log = "debug"\n', "sambut.toml:1: log is not a section"),
        ("[log]\nlevel = \n", "sambut.toml:2: not TOML"),
        ('[log]\nlevel = "info', "sambut.toml:2: not TOML"),
        ("[log]\nx = '\x1b'\n", "sambut.toml:2: not TOML"),
        (f"x = {'[' * 5000}", "sambut.toml:1: not TOML"),
        ("#" * (BYTES_MAX + 1), "sambut.toml: has"),
    ],
)
def test_what_cannot_be_is_refused(file: Path, text: str, words: str) -> None:
    found = errors(file, text)

    assert any(error.startswith(words) or words in error for error in found), found
    assert all(error.isprintable() for error in found)


def test_a_file_that_is_not_text_is_refused_with_its_line(file: Path) -> None:
    file.write_bytes(b"[log]\n\xff\n")

    with pytest.raises(SettingsInvalid, match=r"sambut.toml:2: the text is not UTF-8"):
        read_settings(file, {})


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="cannot be read: No such file"):
        read_settings(environment={"SAMBUT_SETTINGS": str(tmp_path / "none.toml")})


def test_a_password_in_a_wrong_value_is_not_repeated(file: Path) -> None:
    (error,) = errors(file, '[journal]\ndatabase_url = ["postgresql://u:secret@h/d"]\n')

    assert "journal.database_url" in error
    assert "secret" not in error


def test_a_page_of_the_crm_has_only_places_that_are_filled(file: Path) -> None:
    file.write_text('[crm]\npop_url = "https://crm.example.id/open?key={key}&call={call_id}&who={agent_id}"\n')
    assert "{key}" in read_settings(file, {}).crm.pop_url

    assert errors(file, '[crm]\npop_url = "https://crm.example.id/{number}"\n') == [
        "sambut.toml:2: crm.pop_url: has a place in braces that nobody fills; there are {key}, {call_id}, {agent_id}"
    ]
    assert "crm.pop_url" in errors(file, '[crm]\npop_url = "javascript:alert(1)"\n')[0]

"""The secrets file: made at random, for its owner only, never repeated in words."""

import stat
from pathlib import Path

import pytest

from sambut.secrets_file import SecretsFile, SecretsUnusable


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "secrets.toml"


def write(path: Path, text: str, mode: int = 0o600) -> None:
    path.parent.mkdir(exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


def test_before_the_first_need_there_are_none(path: Path) -> None:
    assert SecretsFile(path).read() == {}
    assert not path.exists()


def test_what_is_needed_is_made_long_and_at_random_for_the_owner_only(path: Path) -> None:
    made = SecretsFile(path).ensure(["ami.events", "device.phone-1"])

    assert sorted(made) == ["ami.events", "device.phone-1"]
    assert len(set(made.values())) == 2
    assert all(len(secret) >= 24 for secret in made.values())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert SecretsFile(path).read() == made
    assert [one.name for one in path.parent.iterdir()] == ["secrets.toml"]


def test_what_is_there_stays_and_only_what_is_missing_is_added(path: Path) -> None:
    write(path, '"trunk.carrier" = "pa&ss/word?"\n')

    known = SecretsFile(path).ensure(["trunk.carrier", "api.admin"])

    assert known["trunk.carrier"] == "pa&ss/word?"
    assert sorted(SecretsFile(path).read()) == ["api.admin", "trunk.carrier"]


def test_with_nothing_missing_the_file_is_not_touched(path: Path) -> None:
    secrets = SecretsFile(path)
    secrets.ensure(["api.admin"])
    before = path.stat()

    secrets.ensure(["api.admin"])

    assert path.stat().st_ino == before.st_ino
    assert path.stat().st_mtime_ns == before.st_mtime_ns


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666, 0o700])
def test_a_file_that_others_can_use_is_refused_untouched(path: Path, mode: int) -> None:
    write(path, '"api.admin" = "hush-hush"\n', mode)

    with pytest.raises(SecretsUnusable, match=r"chmod 600") as refused:
        SecretsFile(path).ensure(["ami.events"])

    assert "hush" not in str(refused.value)
    assert path.read_text() == '"api.admin" = "hush-hush"\n'


@pytest.mark.parametrize(
    "text",
    [
        '"api.admin" = "hush-hush\n',
        'api.admin = "hush-hush"\n',
        '"api.admin" = "hush-hush\\n"\n',
        '"api.admin" = "hush-hush;x"\n',
        '"api.admin" = "hush-hush[x"\n',
        '"api.admin" = ""\n',
        '"api.admin" = 12345678\n',
        '"API" = "hush-hush"\n',
        '"device." = "hush-hush"\n',
        "\x00",
    ],
)
def test_a_file_that_is_not_as_it_should_be_is_refused_without_repeating_it(path: Path, text: str) -> None:
    write(path, text)

    with pytest.raises(SecretsUnusable) as refused:
        SecretsFile(path).read()

    assert "hush" not in str(refused.value)
    assert "12345678" not in str(refused.value)


def test_a_folder_in_its_place_is_refused(path: Path) -> None:
    path.mkdir(parents=True)

    with pytest.raises(SecretsUnusable):
        SecretsFile(path).ensure(["api.admin"])


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")

    with pytest.raises(SecretsUnusable, match=r"cannot be (read|written)"):
        SecretsFile(tmp_path / "data" / "secrets.toml").ensure(["api.admin"])


def test_a_name_that_would_not_read_back_is_refused(path: Path) -> None:
    with pytest.raises(ValueError, match="not the name"):
        SecretsFile(path).ensure(['a" = "b'])

    assert not path.exists()

"""The set-up scripts: quick when there is nothing to do, whole or not at all, and clear when something is missing."""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.tidy.tree import ROOT

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sambut"


def run(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script to its end; ``environment`` is laid over ours."""
    return subprocess.run(
        [str(word) for word in words],
        cwd=ROOT,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


def folder_of_programs(folder: Path, *names: str) -> Path:
    """A PATH of its own: the shell's everyday programs, and those named."""
    folder.mkdir()
    everyday = [
        "sh",
        "dirname",
        "cat",
        "sed",
        "head",
        "sort",
        "mkdir",
        "mv",
        "rm",
        "id",
        "flock",
        "chmod",
        "date",
        "mktemp",
        "sleep",
    ]
    for name in [*everyday, *names]:
        found = shutil.which(name)
        assert found, name
        (folder / name).symlink_to(found)
    return folder


def script(path: Path, text: str) -> Path:
    """An executable file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def system_asterisk(tmp_path: Path, version: str, *, without: str = "") -> Path:
    """The tools beside a made-up system Asterisk of that version, and no Debian to ask; returns the tools folder."""
    tools = tmp_path / "checkout" / "tools"
    shutil.copytree(ROOT / "tools", tools)
    script(tools / "debian-tree", 'echo "asked Debian for $*" >&2; exit 1')
    system = tmp_path / "system"
    script(system / "bin" / "asterisk", f'echo "Asterisk {version}"')
    modules = system / "modules"
    modules.mkdir()
    for name in (tools / "asterisk").read_text().split('needed="')[1].split('"')[0].split():
        if name != without:
            (modules / name).touch()
    (system / "data" / "sounds" / "en").mkdir(parents=True)
    (system / "data" / "moh").mkdir()
    conf = f"[directories]\nastmoddir => {modules}\nastdatadir => {system}/data ; data\n"
    (system / "asterisk.conf").write_text(conf)
    return tools


def with_system(tmp_path: Path) -> dict[str, str]:
    """The environment in which that Asterisk is the system's, with a cache of its own."""
    return {
        "PATH": f"{tmp_path / 'system' / 'bin'}:{os.environ['PATH']}",
        "SAMBUT_SYSTEM_ASTERISK_CONF": str(tmp_path / "system" / "asterisk.conf"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }


def run_with_system(tools: Path, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """Run tools/asterisk where the made-up system is."""
    return run(tools / "asterisk", **with_system(tmp_path))


def test_a_second_set_up_is_quick_and_says_what_is_there() -> None:
    scripts = [ROOT / "tools" / name for name in ("python-environment", "asterisk", "sipp")]
    for one in scripts:
        assert run(one).returncode == 0
    started = time.monotonic()

    done = [run(one) for one in scripts]

    assert [one.returncode for one in done] == [0, 0, 0]
    assert [one.stdout.count("\n") for one in done] == [1, 1, 1]
    assert all("already there" in one.stdout for one in done)
    assert time.monotonic() - started < 2


def test_what_is_written_down_runs() -> None:
    asterisk = json.loads((CACHE / "asterisk" / "current.json").read_text())
    tools = json.loads((CACHE / "tools.json").read_text())

    assert asterisk["version"] in run(*asterisk["program"], "-V").stdout
    assert tools["sipp_version"] in run(tools["sipp"], "-v").stdout
    assert Path(asterisk["modules_dir"], "res_pjsip.so").is_file()
    assert Path(asterisk["data_dir"], "documentation").is_dir()
    assert Path(asterisk["sounds_dir"], "vm-goodbye.gsm").is_file()
    assert list(Path(asterisk["moh_dir"]).iterdir()) != []
    assert Path(tools["sipp_media_dir"]).is_dir()


def test_a_recent_system_asterisk_is_used(tmp_path: Path) -> None:
    tools = system_asterisk(tmp_path, "22.10.1~dfsg")

    done = run_with_system(tools, tmp_path)

    assert done.returncode == 0, done.stderr
    written = json.loads((tmp_path / "cache" / "sambut" / "asterisk" / "current.json").read_text())
    assert written == {
        "version": "22.10.1",
        "origin": "system",
        "program": [f"{tmp_path}/system/bin/asterisk"],
        "modules_dir": f"{tmp_path}/system/modules",
        "data_dir": f"{tmp_path}/system/data",
        "sounds_dir": f"{tmp_path}/system/data/sounds/en",
        "moh_dir": f"{tmp_path}/system/data/moh",
    }
    assert "already there, 22.10.1 (system)" in run_with_system(tools, tmp_path).stdout


@pytest.mark.parametrize(
    ("version", "without", "reason"),
    [
        ("22.9.0", "", "older than 22.10.1"),
        ("20.11.0", "", "older than 22.10.1"),
        ("GIT-master-abc", "", "of an unknown version"),
        ("22.10.1", "app_bridgewait.so", "lacks modules: app_bridgewait.so"),
    ],
)
def test_an_old_or_partial_system_asterisk_is_not_used(tmp_path: Path, version: str, without: str, reason: str) -> None:
    done = run_with_system(system_asterisk(tmp_path, version, without=without), tmp_path)

    assert done.returncode != 0
    assert reason in done.stdout
    assert "asked Debian for version asterisk" in done.stderr
    assert not (tmp_path / "cache" / "sambut" / "asterisk" / "current.json").exists()


def test_where_there_is_no_apt_the_way_out_is_named(tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    # The fixed folders that the scripts add to PATH hold this machine's apt, so they are left out here.
    (tools / "ground.sh").write_text(
        (ROOT / "tools" / "ground.sh").read_text().replace('PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"', "")
    )
    shutil.copy(ROOT / "tools" / "debian-tree", tools)

    path = folder_of_programs(tmp_path / "bin")
    done = run("/bin/sh", tools / "debian-tree", "version", "asterisk", PATH=str(path), XDG_CACHE_HOME=str(tmp_path))

    assert done.returncode == 1
    assert "apt-get is missing" in done.stderr
    assert "package manager" in done.stderr


def test_a_python_without_venv_is_told_the_command(tmp_path: Path) -> None:
    tools = tmp_path / "checkout" / "tools"
    shutil.copytree(ROOT / "tools", tools)
    shutil.copytree(ROOT / "locks", tmp_path / "checkout" / "locks")
    shutil.copy(ROOT / "pyproject.toml", tmp_path / "checkout")
    python = script(
        tmp_path / "python3",
        'case "$*" in *"import ensurepip"*) exit 1 ;; *print*) echo python3.11-venv ;; *) exit 0 ;; esac',
    )
    # An ordinary user, and no apt to be called: only root could mend it.
    script(tmp_path / "bin" / "id", "echo 1000")

    done = run(tools / "python-environment", PATH=f"{tmp_path / 'bin'}:{os.environ['PATH']}", PYTHON=str(python))

    assert done.returncode == 1
    assert "As root: apt-get install python3.11-venv" in done.stderr


def test_a_folder_that_is_no_environment_is_left_alone(tmp_path: Path) -> None:
    kept = tmp_path / "letters" / "mother.txt"
    kept.parent.mkdir()
    kept.write_text("Dear mother")

    done = run(ROOT / "tools" / "python-environment", "program", kept.parent)

    assert done.returncode == 1
    assert "is no virtual environment" in done.stderr
    assert kept.read_text() == "Dear mother"


@pytest.mark.slow  # apt tries thrice
def test_a_failed_download_leaves_no_tree_behind(tmp_path: Path) -> None:
    done = run(
        ROOT / "tools" / "debian-tree",
        "unpack",
        tmp_path / "tree",
        "asterisk",
        XDG_CACHE_HOME=str(tmp_path / "cache"),
        SAMBUT_DEBIAN_MIRROR="http://127.0.0.1:9/debian",
    )

    assert done.returncode == 1
    assert "package list cannot be read" in done.stderr
    assert "SAMBUT_DEBIAN_MIRROR" in done.stderr
    assert list(tmp_path.glob("tree*")) == []


def test_a_full_disk_leaves_no_half_tree_and_keeps_what_was_downloaded(tmp_path: Path) -> None:
    archives = tmp_path / "cache" / "sambut" / "apt" / "archives"
    script(tmp_path / "bin" / "apt-get", f'case "$*" in *install*) : > "{archives}/one.deb" ;; esac')
    script(tmp_path / "bin" / "dpkg-deb", 'mkdir -p "$3/usr"; echo "No space left on device" >&2; exit 2')
    environment = {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "XDG_CACHE_HOME": str(tmp_path / "cache")}

    done = run(ROOT / "tools" / "debian-tree", "unpack", tmp_path / "tree", "asterisk", **environment)

    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert "Is the disk full?" in done.stderr
    assert list(tmp_path.glob("tree*")) == []
    assert list(archives.glob("*.deb")) == [archives / "one.deb"]


def test_two_set_ups_at_once_take_turns(tmp_path: Path) -> None:
    tools = system_asterisk(tmp_path, "22.10.1")
    lock = tmp_path / "cache" / "sambut" / "lock"
    lock.parent.mkdir(parents=True)
    holder = subprocess.Popen(
        ["flock", lock, "sh", "-c", "echo held; read done"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdin is not None
    with holder, holder.stdout:
        holder.stdout.readline()
        second = subprocess.Popen(
            [tools / "asterisk"], env=os.environ | with_system(tmp_path), stdout=subprocess.PIPE, text=True
        )
        with second:
            assert second.stdout is not None
            assert "waiting" in second.stdout.readline()
            assert second.poll() is None
            holder.stdin.write(b"\n")
            holder.stdin.close()
            assert "the system's" in second.stdout.readline()
    assert second.returncode == 0


def test_paths_with_quotes_and_spaces_stay_whole(tmp_path: Path) -> None:
    odd = tmp_path / "a folder with \"quotes\" and 'more' \\"
    odd.mkdir()
    tools = system_asterisk(odd, "22.10.1")

    done = run_with_system(tools, odd)

    assert done.returncode == 0, done.stderr
    written = json.loads((odd / "cache" / "sambut" / "asterisk" / "current.json").read_text())
    assert written["program"] == [f"{odd}/system/bin/asterisk"]
    assert "already there" in run_with_system(tools, odd).stdout

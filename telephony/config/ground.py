"""The folders that one Asterisk lives in: made, and filled with links to what it only reads."""

import os
from pathlib import Path

from telephony.config.site import AsteriskSite

# Parts of Asterisk's own data folder that it looks for under ours.
_OWN_PARTS = ("documentation", "rest-api", "static-http")


def prepare(site: AsteriskSite, *, asterisk_data_dir: Path, asterisk_sounds_dir: Path, our_sounds_dir: Path) -> None:
    """Make every folder of ``site`` (mode 700) and link the data of Asterisk and our announcements into its data folder.

    Announcements are then played as ``sambut/<language>/<prompt>``. Idempotent. Raises OSError when the machine refuses.
    """
    for folder in (site.etc_dir, site.var_dir, site.run_dir, site.log_dir, site.spool_dir, site.agi_dir, site.data_dir):
        Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    # Asterisk writes recordings to <spool>/monitor and refuses to make the folder itself.
    for name in ("monitor", "outgoing", "tmp"):
        Path(site.spool_dir, name).mkdir(mode=0o700, exist_ok=True)
    Path(site.var_dir, "keys").mkdir(mode=0o700, exist_ok=True)
    Path(site.log_dir, "cdr-custom").mkdir(mode=0o700, exist_ok=True)
    data = Path(site.data_dir)
    (data / "sounds").mkdir(mode=0o700, exist_ok=True)
    for part in _OWN_PARTS:
        if (asterisk_data_dir / part).exists():
            _link(data / part, asterisk_data_dir / part)
    _link(data / "sounds" / "en", asterisk_sounds_dir)
    _link(data / "sounds" / "sambut", our_sounds_dir)


def _link(place: Path, target: Path) -> None:
    """Make or turn one symbolic link, in one step, so that a running Asterisk never misses it."""
    if place.is_symlink() and place.readlink() == target:
        return
    fresh = place.with_name(f".{place.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(place)

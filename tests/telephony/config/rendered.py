"""The dialplan as it is rendered for a small centre, and a walk along the lines of one of its contexts."""

import re
from collections.abc import Callable
from pathlib import Path

from centre.reader import read_centre
from sambut.asterisk_site import AsteriskProgram, feature_codes, make_site
from sambut.settings import Settings
from telephony.config.render import render
from telephony.config.site import SipSecrets
from tests.centre.samples import SMALL

Step = tuple[str, str]
"""An application and its arguments."""


def dialplan(folder: Path) -> str:
    """extensions.conf."""
    nowhere = Path("/nowhere")
    program = AsteriskProgram(
        words=("asterisk",),
        version="22.10.1",
        modules_dir=nowhere,
        data_dir=nowhere,
        sounds_dir=nowhere,
        moh_dir=nowhere,
    )
    settings, centre = Settings(base_dir=folder), read_centre(SMALL)
    secrets = SipSecrets(
        ami_events="e",
        ami_commands="c",
        devices={device.id: "secret" for device in centre.devices},
        trunks={trunk.id: "secret" for trunk in centre.trunks},
    )
    files = render(centre=centre, site=make_site(settings, program), secrets=secrets, codes=feature_codes(settings))
    return files["extensions.conf"]


def context(text: str, name: str) -> dict[str, list[tuple[str, Step]]]:
    """Extension -> its steps, each with its label ("" without one)."""
    found: dict[str, list[tuple[str, Step]]] = {}
    extension = ""
    for line in text.partition(f"\n[{name}]\n")[2].partition("\n[")[0].splitlines():
        made = re.fullmatch(r"(?:exten => ([^,]+),1| same => n(?:\(([a-z]+)\))?),(\w+)\((.*)\)", line)
        if made is None:
            continue
        extension = made[1] or extension
        found.setdefault(extension, []).append((made[2] or "", (made[3], made[4])))
    return found


class Walk:
    """One channel's way through a context. ``read``: the value of a variable, asked anew for each time it stands there."""

    def __init__(self, steps: dict[str, list[tuple[str, Step]]], read: Callable[[str], str]) -> None:
        self._steps = steps
        self._read = read
        self._extension, self._place = "s", 0

    def next(self) -> Step | None:
        """Take steps up to and with the next that is neither branching nor setting; None once the way leads out of the context."""
        while True:
            _, (application, arguments) = self._steps[self._extension][self._place]
            self._place += 1
            if application in ("ExecIf", "Set"):
                continue
            if application not in ("Goto", "GotoIf"):
                return application, arguments
            target = self._filled(arguments) if application == "Goto" else self._branch(arguments)
            if target and not self._go(target):
                return None

    def _filled(self, text: str) -> str:
        return re.sub(r"\$\{(\w+)\}", lambda found: self._read(found[1]), text)

    def _branch(self, arguments: str) -> str:
        """Where GotoIf leads; "" when it goes on. Sums (of the heartbeat) count as not true."""
        made = re.fullmatch(r'\$\["\$\{(\w+)\}" (!?=) "(\w+)"\]\?([\w,-]+)', arguments)
        if made is None:
            return ""
        return made[4] if (self._read(made[1]) == made[3]) is (made[2] == "=") else ""

    def _go(self, target: str) -> bool:
        words = target.split(",")
        if len(words) == 3:
            return False
        if len(words) == 2:
            self._extension, self._place = words[0] if words[0] in self._steps else "i", int(words[1]) - 1
            return True
        labels = [label for label, _ in self._steps[self._extension]]
        self._place = labels.index(words[0])
        return True

"""Callers of the trunk who keep coming: one SIPp, which writes down of each call what the caller saw.

Most stay until they are told that the call is over; some lose patience early. One who is told nothing for long enough to
be sure that nobody is there any more writes that down, and hangs up.
"""

import asyncio
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sambut.bench.caller_stream import STEPS_FILE, ok, stamp, stream_words, until_answered, within_dialog, write_stream

ANSWER_MS_MAX = 30_000
IMPATIENT = 0.07
"""The share of callers who leave after 1.5 s, and of those of the rest who leave after 5 s."""
CALLS_MAX = 20_000
CALLS_AT_ONCE_MAX = 1_000
SECOND_OF_SILENCE = b"\xd5" * 8000

_BOUND = f'timeout="{ANSWER_MS_MAX}" ontimeout="unheard"'
_THEN_OVER = 'next="over"'
_STEPS = f"""{until_answered(_BOUND)}
<nop next="hasty" chance="{IMPATIENT}"><action><exec rtp_stream="SOUND,-1,8,PCMA/8000"/></action></nop>
<nop next="patient" chance="{1 - IMPATIENT}"/>
<recv request="BYE" timeout="5000" ontimeout="leaves" next="told">{stamp("ended")}</recv>
<label id="hasty"/>
<recv request="BYE" timeout="1500" ontimeout="leaves" next="told">{stamp("ended")}</recv>
<label id="patient"/>
<recv request="BYE" timeout="STAY" ontimeout="silence" next="told">{stamp("ended")}</recv>
<label id="told"/>
{ok(_THEN_OVER)}
<label id="silence"/>
<nop next="farewell">{stamp("silent")}</nop>
<label id="leaves"/>
<nop>{stamp("left")}</nop>
<label id="farewell"/>
<send retrans="500"><![CDATA[

{within_dialog("BYE", 2)}
]]></send>
<recv request="BYE" optional="true" next="crossed" timeout="5000" ontimeout="over"/>
<recv response="481" optional="true" next="over" timeout="5000" ontimeout="over"/>
<recv response="200" next="over" timeout="5000" ontimeout="over"/>
<label id="crossed"/>
{ok(_THEN_OVER)}
<label id="unheard"/>
<nop>{stamp("unheard")}</nop>
<label id="over"/>
<nop/>"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Callers:
    """A SIPp that places calls, ``rate`` a second, until it is told to place no more."""

    process: asyncio.subprocess.Process
    folder: Path

    async def finish(self, *, within_s: float) -> str:
        """Place no more, and wait for those on the line; what they all wrote down. Raises TimeoutError."""
        self.process.send_signal(signal.SIGUSR1)
        async with asyncio.timeout(within_s):
            await self.process.wait()
        return (self.folder / STEPS_FILE).read_text(encoding="utf-8")

    async def end(self) -> None:
        """Whatever they are doing."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()


async def start_callers(
    words: Sequence[str],
    *,
    folder: Path,
    numbers: Sequence[str],
    server_port: int,
    rtp_port_min: int,
    rate: float,
    stay_s: int,
) -> Callers:
    """Let them come. ``words``: how SIPp is started. ``numbers``: whom they call, in turn.

    ``stay_s``: so long the patient ones stay. Raises OSError.
    """
    write_stream(
        folder,
        _numbered(_STEPS.replace("STAY", str(stay_s * 1000))),
        ((number_of(place), numbers[place % len(numbers)]) for place in range(CALLS_MAX)),
        sound=SECOND_OF_SILENCE,
    )
    command = stream_words(
        words,
        server_port=server_port,
        rtp_port_min=rtp_port_min,
        rate=rate,
        calls=CALLS_MAX,
        at_once_max=CALLS_AT_ONCE_MAX,
    )
    command += ["-deadcall_wait", "2000"]
    with (folder / "screen.txt").open("wb") as screen:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.DEVNULL, stdout=screen, stderr=screen, cwd=folder
        )
    return Callers(process=process, folder=folder)


def number_of(place: int) -> str:
    """The number of one caller, who calls once."""
    return f"+62811{place:08d}"


def _numbered(scenario: str) -> str:
    """SIPp's labels are numbers; ours are words."""
    for number, word in enumerate(
        ("hasty", "patient", "told", "silence", "leaves", "farewell", "crossed", "unheard", "over")
    ):
        scenario = scenario.replace(f'"{word}"', f'"{number + 1}"')
    return scenario

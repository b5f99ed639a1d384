"""Callers of the trunk who keep coming: one SIPp, which writes down of each call what the caller saw.

Most stay until they are told that the call is over; some lose patience early. One who is told nothing for long enough to
be sure that nobody is there any more writes that down, and hangs up.
"""

import asyncio
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ANSWER_MS_MAX = 30_000
IMPATIENT = 0.07
"""The share of callers who leave after 1.5 s, and of those of the rest who leave after 5 s."""
CALLS_MAX = 20_000
CALLS_AT_ONCE_MAX = 1_000
SECOND_OF_SILENCE = b"\xd5" * 8000
_ADDRESS = "127.0.0.1"

_STAMP = '<action><gettimeofday assign_to="s,us"/><log message="{word} [field0] [$s] [$us]"/></action>'
_HEAD = """Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:[field0]@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:[field1]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]"""
_OK = """<send{more}><![CDATA[

SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>"""
_SCENARIO = f"""<?xml version="1.0" encoding="UTF-8" ?>
<scenario name="caller">
<nop>{_STAMP.format(word="placed")}</nop>
<send retrans="500"><![CDATA[

INVITE sip:[field1]@[remote_ip]:[remote_port] SIP/2.0
{_HEAD.replace("[peer_tag_param]", "")}
CSeq: 1 INVITE
Contact: <sip:[field0]@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: [len]

v=0
o=- 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [local_ip]
t=0 0
m=audio [rtpstream_audio_port] RTP/AVP 8
a=rtpmap:8 PCMA/8000
a=ptime:20
]]></send>
<recv response="100" optional="true" timeout="{ANSWER_MS_MAX}" ontimeout="unheard"/>
<recv response="180" optional="true" timeout="{ANSWER_MS_MAX}" ontimeout="unheard"/>
<recv response="183" optional="true" timeout="{ANSWER_MS_MAX}" ontimeout="unheard"/>
<recv response="200" rrs="true" timeout="{ANSWER_MS_MAX}" ontimeout="unheard">{_STAMP.format(word="answered")}</recv>
<send><![CDATA[

ACK [next_url] SIP/2.0
{_HEAD}
CSeq: 1 ACK
[routes]
Max-Forwards: 70
Content-Length: 0

]]></send>
<nop next="hasty" chance="{IMPATIENT}"><action><exec rtp_stream="SOUND,-1,8,PCMA/8000"/></action></nop>
<nop next="patient" chance="{1 - IMPATIENT}"/>
<recv request="BYE" timeout="5000" ontimeout="leaves" next="told">{_STAMP.format(word="ended")}</recv>
<label id="hasty"/>
<recv request="BYE" timeout="1500" ontimeout="leaves" next="told">{_STAMP.format(word="ended")}</recv>
<label id="patient"/>
<recv request="BYE" timeout="STAY" ontimeout="silence" next="told">{_STAMP.format(word="ended")}</recv>
<label id="told"/>
{_OK.format(more=' next="over"')}
<label id="silence"/>
<nop next="farewell">{_STAMP.format(word="silent")}</nop>
<label id="leaves"/>
<nop>{_STAMP.format(word="left")}</nop>
<label id="farewell"/>
<send retrans="500"><![CDATA[

BYE [next_url] SIP/2.0
{_HEAD}
CSeq: 2 BYE
[routes]
Max-Forwards: 70
Content-Length: 0

]]></send>
<recv request="BYE" optional="true" next="crossed" timeout="5000" ontimeout="over"/>
<recv response="481" optional="true" next="over" timeout="5000" ontimeout="over"/>
<recv response="200" next="over" timeout="5000" ontimeout="over"/>
<label id="crossed"/>
{_OK.format(more=' next="over"')}
<label id="unheard"/>
<nop>{_STAMP.format(word="unheard")}</nop>
<label id="over"/>
<nop/>
</scenario>
"""


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
        return (self.folder / "steps.log").read_text(encoding="utf-8")

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
    _write_scenario(folder, numbers, stay_s)
    with (folder / "screen.txt").open("wb") as screen:
        process = await asyncio.create_subprocess_exec(
            *words, f"{_ADDRESS}:{server_port}", "-i", _ADDRESS, "-sf", "caller.xml", "-inf", "callers.csv",
            "-r", f"{rate * 10:.0f}", "-rp", "10000", "-m", str(CALLS_MAX), "-l", str(CALLS_AT_ONCE_MAX),
            "-min_rtp_port", str(rtp_port_min), "-nostdin", "-trace_logs", "-log_file", "steps.log",
            "-trace_err", "-error_file", "errors.log", "-buff_size", "4000000", "-deadcall_wait", "2000",
            stdin=asyncio.subprocess.DEVNULL, stdout=screen, stderr=screen, cwd=folder,
        )  # fmt: skip
    return Callers(process=process, folder=folder)


def _write_scenario(folder: Path, numbers: Sequence[str], stay_s: int) -> None:
    folder.mkdir(parents=True)
    sound = folder / "sound.alaw"
    sound.write_bytes(SECOND_OF_SILENCE)
    (folder / "caller.xml").write_text(
        _numbered(_SCENARIO.replace("SOUND", str(sound)).replace("STAY", str(stay_s * 1000))), encoding="utf-8"
    )
    lines = (f"{number_of(place)};{numbers[place % len(numbers)]};" for place in range(CALLS_MAX))
    (folder / "callers.csv").write_text("SEQUENTIAL\n" + "\n".join(lines) + "\n", encoding="utf-8")


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

"""What streams of callers by one SIPp have in common: its messages, the list of who calls whom, and how it is started.

Every caller writes down ``<word> <own number> <s> <us>`` at each step, on the machine's clock.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

ADDRESS = "127.0.0.1"
STEPS_FILE = "steps.log"

_HEAD = """Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:[field0]@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:[field1]@[remote_ip]:[remote_port]>{to_tag}
Call-ID: [call_id]"""


def stamp(word: str) -> str:
    """The action of a step that writes down its word."""
    return f'<action><gettimeofday assign_to="s,us"/><log message="{word} [field0] [$s] [$us]"/></action>'


def within_dialog(method: str, number: int) -> str:
    """A request within the call; ``number``: its CSeq."""
    return f"""{method} [next_url] SIP/2.0
{_HEAD.format(to_tag="[peer_tag_param]")}
CSeq: {number} {method}
[routes]
Max-Forwards: 70
Content-Length: 0
"""


def until_answered(bound: str = "") -> str:
    """The beginning of a call: INVITE, answer, ACK. ``bound``: the attributes of a wait that is to end some day."""
    return f"""<nop>{stamp("placed")}</nop>
<send retrans="500"><![CDATA[

INVITE sip:[field1]@[remote_ip]:[remote_port] SIP/2.0
{_HEAD.format(to_tag="")}
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
<recv response="100" optional="true" {bound}/>
<recv response="180" optional="true" {bound}/>
<recv response="183" optional="true" {bound}/>
<recv response="200" rrs="true" {bound}>{stamp("answered")}</recv>
<send><![CDATA[

{within_dialog("ACK", 1)}
]]></send>"""


def ok(then: str = "") -> str:
    """The answer to a BYE. ``then``: the attributes that say where it goes on."""
    return f"""<send {then}><![CDATA[

SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>"""


def scenario(steps: str) -> str:
    """The whole file."""
    return f'<?xml version="1.0" encoding="UTF-8" ?>\n<scenario name="caller">\n{steps}\n</scenario>\n'


def write_stream(folder: Path, steps: str, who_calls_whom: Iterable[tuple[str, str]], *, sound: bytes) -> None:
    """The files of one stream in a new folder; SOUND in the steps becomes the name of the G.711 that callers send.

    Raises OSError.
    """
    folder.mkdir(parents=True)
    sound_file = folder / "sound.alaw"
    sound_file.write_bytes(sound)
    (folder / "caller.xml").write_text(scenario(steps.replace("SOUND", str(sound_file))), encoding="utf-8")
    lines = "".join(f"{own};{called};\n" for own, called in who_calls_whom)
    (folder / "callers.csv").write_text(f"SEQUENTIAL\n{lines}", encoding="utf-8")


def stream_words(
    sipp: Sequence[str], *, server_port: int, rtp_port_min: int, rate: float, calls: int, at_once_max: int
) -> list[str]:
    """The command that plays a stream, to be started in its folder. ``sipp``: how SIPp is called; ``rate``: calls a second."""
    return [
        *sipp, f"{ADDRESS}:{server_port}", "-i", ADDRESS, "-sf", "caller.xml", "-inf", "callers.csv",
        "-r", f"{rate * 10:.0f}", "-rp", "10000", "-m", str(calls), "-l", str(at_once_max),
        "-min_rtp_port", str(rtp_port_min), "-nostdin", "-trace_logs", "-log_file", STEPS_FILE,
        "-trace_err", "-error_file", "errors.log", "-buff_size", "4000000",
    ]  # fmt: skip

"""A small Asterisk of the tests' own: three kinds of phone, a trunk, and a dialplan with one extension per question.

Nothing of the program's configuration is used here: what is proven is the phones, not the centre.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from phones.sipp_program import CACHE
from tests.port_leases import free_ports, rtp_range

START_S_MAX = 30.0

MODULES = """
[modules]
autoload=no
preload=res_sorcery_config.so
load=res_sorcery_memory.so
load=res_sorcery_astdb.so
load=res_timing_timerfd.so
load=res_rtp_asterisk.so
load=res_musiconhold.so
load=codec_ulaw.so
load=codec_alaw.so
load=codec_gsm.so
load=format_wav.so
load=format_gsm.so
load=res_pjproject.so
load=res_pjsip.so
load=res_pjsip_session.so
load=res_pjsip_authenticator_digest.so
load=res_pjsip_outbound_authenticator_digest.so
load=res_pjsip_endpoint_identifier_user.so
load=res_pjsip_endpoint_identifier_ip.so
load=res_pjsip_registrar.so
load=res_pjsip_sdp_rtp.so
load=res_pjsip_caller_id.so
load=res_pjsip_header_funcs.so
load=res_pjsip_pubsub.so
load=res_pjsip_rfc3326.so
load=res_pjsip_refer.so
load=res_pjsip_dtmf_info.so
load=chan_pjsip.so
load=pbx_config.so
load=bridge_simple.so
load=bridge_native_rtp.so
load=bridge_softmix.so
load=app_dial.so
load=app_verbose.so
load=app_playback.so
load=app_read.so
load=app_echo.so
load=app_stack.so
load=app_system.so
load=app_record.so
load=func_callerid.so
load=func_channel.so
load=func_logic.so
load=func_strings.so
load=app_mixmonitor.so
"""

PHONE = """
[{name}](phone)
auth={name}
aors={name}
callerid="Meja {name}" <{name}>
[{name}](phone-auth)
username={name}
password=rahasia-{name}
[{name}](phone-aor)
"""

PJSIP = """
[global]
type=global
endpoint_identifier_order=ip,username
[udp]
type=transport
protocol=udp
bind=127.0.0.1:{sip_port}
[tcp]
type=transport
protocol=tcp
bind=127.0.0.1:{sip_port}
[phone](!)
type=endpoint
context=from-phone
disallow=all
allow=ulaw,alaw
direct_media=no
rtp_symmetric=yes
force_rport=yes
rewrite_contact=yes
[phone-auth](!)
type=auth
auth_type=digest
[phone-aor](!)
type=aor
max_contacts=1
remove_existing=yes
{phones}
[trunk]
type=endpoint
context=from-trunk
disallow=all
allow=alaw,ulaw
direct_media=no
rtp_symmetric=yes
; A hold is passed on as a re-INVITE, which a caller must live through.
moh_passthrough=yes
[trunk]
type=identify
endpoint=trunk
{matches}
"""

EXTENSIONS = """
[from-trunk]
exten => _X.,1,Set(CALLER_NAME=${{CALLERID(name)}})
 same => n,GotoIf($["${{EXTEN:0:3}}"="169"]?ask:ring)
 same => n(ring),Dial(PJSIP/${{EXTEN}},${{IF($["${{PJSIP_HEADER(read,X-Ring-S)}}"=""]?20:${{PJSIP_HEADER(read,X-Ring-S)}})}},gb(headers^add^1))
 same => n,Hangup(${{HANGUPCAUSE}})
 same => n(ask),Answer()
 same => n,Read(KEYS,,4,,1,10)
 same => n,System(/bin/echo '${{FILTER(0-9*#,${{KEYS}})}}' >> {folder}/keys.txt)
 same => n,Hangup()
[from-phone]
exten => _*X.,1,Answer()
 same => n,Read(KEYS,,4,,1,10)
 same => n,System(/bin/echo '${{FILTER(0-9*#,${{KEYS}})}}' >> {folder}/keys.txt)
 same => n,Hangup()
exten => 600,1,Answer()
 same => n,Echo()
exten => _1XXX,1,Dial(PJSIP/${{EXTEN}},20,g)
 same => n,Hangup()
[headers]
exten => add,1,Set(PJSIP_HEADER(add,Alert-Info)=info=alert-autoanswer)
 same => n,Set(PJSIP_HEADER(add,X-Sambut-Queue)=umum)
 same => n,Return()
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bench:
    """Where the running Asterisk is: its SIP port, the ports a trunk may call from, and its folder."""

    sip_port: int
    trunk_ports: tuple[int, ...]
    folder: Path

    def keys_seen(self) -> list[str]:
        """The digits each finished key-reading call gave, in order."""
        seen = self.folder / "keys.txt"
        return seen.read_text().split() if seen.exists() else []


def asterisk_command() -> tuple[list[str], Path, Path]:
    """The command that starts Asterisk, its modules' folder and its data folder, by the set-up's record.

    Raises FileNotFoundError, which says what to do, when there is none on this machine.
    """
    record = CACHE / "asterisk" / "current.json"
    if not record.exists():
        raise FileNotFoundError(f"{record} is not there: run `make setup`")
    told = json.loads(record.read_text())
    return told["program"], Path(told["modules_dir"]), Path(told["data_dir"])


def write_configuration(folder: Path, *, devices: Sequence[str], bench: Bench, modules: Path, data: Path) -> Path:
    """Write all the files of one Asterisk below folder; gives asterisk.conf."""
    etc = folder / "etc"
    etc.mkdir(parents=True)
    for name in ("log", "run", "spool", "db"):
        (folder / name).mkdir()
    places = {"astetcdir": etc, "astmoddir": modules, "astvarlibdir": folder / "db", "astdbdir": folder / "db"}
    places |= {"astkeydir": folder / "db", "astdatadir": data, "astspooldir": folder / "spool"}
    places |= {"astrundir": folder / "run", "astlogdir": folder / "log", "astagidir": folder / "db"}
    places_text = "\n".join(f"{name} => {place}" for name, place in places.items())
    options = "[options]\nverbose = 3\nlive_dangerously = no\n"
    phones = "".join(PHONE.format(name=device) for device in devices)
    matches = "\n".join(f"match=127.0.0.1:{port}" for port in bench.trunk_ports)
    rtp_low, rtp_high = rtp_range()
    files = {
        "asterisk.conf": f"[directories]\n{places_text}\n{options}",
        "modules.conf": MODULES,
        "logger.conf": "[general]\n[logfiles]\nfull => notice,warning,error,verbose\n",
        "pjsip.conf": PJSIP.format(sip_port=bench.sip_port, phones=phones, matches=matches),
        "extensions.conf": EXTENSIONS.format(folder=folder),
        "rtp.conf": f"[general]\nrtpstart={rtp_low}\nrtpend={rtp_high}\n",
        "musiconhold.conf": f"[default]\nmode=files\ndirectory={data}/moh\n",
    }
    for name, text in files.items():
        (etc / name).write_text(text)
    return etc / "asterisk.conf"


@contextlib.asynccontextmanager
async def running(folder: Path, *, devices: Sequence[str]) -> AsyncIterator[Bench]:
    """Start an Asterisk with these devices (password `rahasia-<device>`), give it when it is ready, stop it."""
    command, modules, data = asterisk_command()
    sip_port, *trunk_ports = free_ports(9)
    bench = Bench(sip_port=sip_port, trunk_ports=tuple(trunk_ports), folder=folder)
    conf = write_configuration(folder, devices=devices, bench=bench, modules=modules, data=data)
    output = (folder / "console.txt").open("wb")
    process = await asyncio.create_subprocess_exec(
        *command, "-C", str(conf), "-f", stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output
    )
    try:
        await _until_ready(process, [*command, "-C", str(conf)], folder)
        yield bench
    finally:
        output.close()
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(10):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


async def _until_ready(process: asyncio.subprocess.Process, command: list[str], folder: Path) -> None:
    async with asyncio.timeout(START_S_MAX):
        while True:
            if process.returncode is not None:
                raise RuntimeError(f"Asterisk ended with {process.returncode}; see {folder}/console.txt")
            asked = await asyncio.create_subprocess_exec(
                *command,
                "-rx",
                "core waitfullybooted",
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
            said, _ = await asked.communicate()
            if b"fully booted" in said:
                return
            await asyncio.sleep(0.1)

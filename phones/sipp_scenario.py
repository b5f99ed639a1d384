"""SIPp scenarios: the signalling of one caller to 169, written as XML. Pure.

Nothing of the caller's own text stands in the XML. It is given to SIPp as `-key` values, which SIPp puts into the
message as they are: a name with quotes, brackets, `${}` or `]]>` cannot change the scenario.

What SIPp wants, found by trying 3.6.1 and 3.8.0: waiting for the far end's BYE must be a `recv` and not a `pause` (a
BYE in a pause is an error); a time-out is lost once an optional message came (a 180), so no time-out of SIPp's can
tell a ringing caller to give up; a `log` needs `-trace_logs`, and is written at once; responses cannot be matched by
a pattern, so every refusal is named; signals end the process and leave its call up.
"""

from xml.sax.saxutils import quoteattr

from phones.g711 import PAYLOAD_TYPES, Law

REFUSALS = (
    *(300, 301, 302, 400, 401, 402, 403, 404, 405, 406, 407, 408, 410, 413, 414, 415, 416, 420, 423, 428, 429, 433),
    *(436, 437, 438, 480, 481, 482, 483, 484, 485, 486, 488, 491, 493, 500, 501, 502, 503, 504, 505, 513, 580),
    *(600, 603, 604, 606, 607),
)

# One branch for the INVITE and what belongs to its transaction: CANCEL, and the ACK of a refusal.
FIRST_BRANCH = "z9hG4bK[pid]x[call_number]invite"

INVITE = f"""INVITE sip:[did]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch={FIRST_BRANCH}
From: [from_address];tag=[call_number]t[pid]
To: <sip:[did]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:[contact_user]@[local_ip]:[local_port]>
Max-Forwards: 70
User-Agent: Sambut caller
HEADERSContent-Type: application/sdp
Content-Length: [len]

SDP"""

SDP = """v=0
o=caller 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [local_ip]
t=0 0
m=audio [rtp_port] RTP/AVP {payload_type} 101
a=rtpmap:{payload_type} {codec}/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
a=ptime:20
a=sendrecv
"""

IN_DIALOG = """{method} [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: [from_address];tag=[call_number]t[pid]
To: <sip:[did]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: {number} {method}
[routes]
Contact: <sip:[contact_user]@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Length: 0

"""

CANCEL = f"""CANCEL sip:[did]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch={FIRST_BRANCH}
From: [from_address];tag=[call_number]t[pid]
To: <sip:[did]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 CANCEL
Max-Forwards: 70
Content-Length: 0

"""

REFUSAL_ACK = f"""ACK sip:[did]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch={FIRST_BRANCH}
From: [from_address];tag=[call_number]t[pid]
[last_To:]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

"""

OK = """SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[contact_user]@[local_ip]:[local_port]>
Content-Length: 0

"""

OK_WITH_SDP = """SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[contact_user]@[local_ip]:[local_port]>
Content-Type: application/sdp
Content-Length: [len]

SDP"""

FAR_ADDRESS = (
    '<ereg regexp="c=IN IP4 ([0-9.]+)" search_in="body" assign_to="c_line,far_ip"/>'
    '<ereg regexp="m=audio ([0-9]+)" search_in="body" assign_to="m_line,far_port"/>'
)
IS_INVITE = '<ereg regexp="INVITE" search_in="hdr" header="CSeq:" assign_to="is_invite"/>'

CANCELLED_MS_MAX = 5000
OWN_200_MS_MAX = 300

# A request with the call's Call-ID that the driver sends to SIPp from beside: hang up now. SIPp looks at the Call-ID
# only, not at who sent it.
POKE_METHOD = "INFO"


def write_poke(call_id: str) -> bytes:
    """The datagram that makes a running scenario hang up or cancel."""
    lines = (
        f"{POKE_METHOD} sip:caller@127.0.0.1 SIP/2.0",
        "Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKpoke",
        "From: <sip:driver@127.0.0.1>;tag=poke",
        "To: <sip:caller@127.0.0.1>",
        f"Call-ID: {call_id}",
        f"CSeq: 1 {POKE_METHOD}",
        "Content-Length: 0",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def write_scenario(*, header_names: list[str], law: Law, bound_ms: int) -> str:
    """The scenario of one call: it waits for the answer, talks until the far end hangs up, or does as it is told.

    When to cancel or hang up is not in it: the driver tells it by `write_poke`. `bound_ms` ends it when nobody does.
    Each step is logged as `step <word> <ms of SIPp's clock> ...`. The `-key` values it needs: did, from_address,
    contact_user, rtp_port, and `header_<n>` for the value of each of `header_names`.
    """
    headers = "".join(f"{name}: [header_{number}]\n" for number, name in enumerate(header_names))
    codec = "PCMA" if law == "alaw" else "PCMU"
    sdp = SDP.format(payload_type=PAYLOAD_TYPES[law], codec=codec)
    # Where several messages are waited for, a time-out counts for the one that stands first.
    bound = f'timeout="{bound_ms}" ontimeout="lost"'
    parts = [
        _step("inviting", "[call_id]"),
        _send(INVITE.replace("HEADERS", headers).replace("SDP", sdp)),
        f'<recv response="100" optional="true" {bound}/>',
        _hear("180", "ringing"),
        _hear("181", "forwarded"),
        _hear("183", "early"),
        f'<recv request="{POKE_METHOD}" optional="true" next="cancel"/>',
        *_refusals(),
        f'<recv response="200" rrs="true">{_answered()}</recv>',
        _send(IN_DIALOG.format(method="ACK", number=1), again=False),
        '<label id="talk"/>',
        f'<recv request="{POKE_METHOD}" optional="true" next="leave" {bound}/>',
        f'<recv request="INVITE" optional="true" next="reinvited"><action>{_log("reinvited")}</action></recv>',
        '<recv request="UPDATE" optional="true" next="updated"/>',
        f'<recv request="BYE" next="over"><action>{_log("far_bye")}</action></recv>',
        '<label id="leave"/>',
        _step("hanging_up"),
        _send(IN_DIALOG.format(method="BYE", number=2)),
        # A BYE of the far end can cross ours; either way the call is over.
        '<recv request="BYE" optional="true" next="over"/>',
        '<recv response="481" optional="true" next="end"/>',
        '<recv response="200" next="end"/>',
        '<label id="over"/>',
        _send(OK, again=False, next_label="end"),
        '<label id="reinvited"/>',
        _send(OK_WITH_SDP.replace("SDP", sdp), again=True),
        '<recv request="ACK" next="talk"/>',
        '<label id="updated"/>',
        _send(OK, again=False, next_label="talk"),
        '<label id="cancel"/>',
        _step("cancelling"),
        _send(CANCEL),
        # The answer can cross the CANCEL: then there are two 200s, told apart by CSeq, and no 487.
        f'<recv response="200" rrs="true" optional="true" next="crossed" test="is_invite" '
        f'timeout="{CANCELLED_MS_MAX}" ontimeout="lost"><action>{IS_INVITE}{FAR_ADDRESS}</action></recv>',
        *_refusals(but=487),
        f'<recv response="487" next="refused"><action>{_log("refused", "487")}</action></recv>',
        '<label id="crossed"/>',
        _step("answered", "[$far_ip] [$far_port]"),
        # The CANCEL's own 200 may still come, and would be a surprise to anything but a wait for it.
        f'<recv response="200" timeout="{OWN_200_MS_MAX}" ontimeout="settled"/>',
        '<label id="settled"/>',
        _send(IN_DIALOG.format(method="ACK", number=1), again=False, next_label="leave"),
        '<label id="refused"/>',
        _send(REFUSAL_ACK, again=False, next_label="end"),
        '<label id="lost"/>',
        _step("lost"),
        '<label id="end"/>',
        _step("done"),
    ]
    body = "\n".join(parts)
    used = '<Reference variables="c_line,m_line"/>'
    return f'<?xml version="1.0" encoding="UTF-8" ?>\n<scenario name="caller">\n{body}\n{used}\n</scenario>\n'


def _send(message: str, *, again: bool = True, next_label: str | None = None) -> str:
    retransmission = ' retrans="500"' if again else ""
    then = f" next={quoteattr(next_label)}" if next_label else ""
    return f"<send{retransmission}{then}><![CDATA[\n\n{message}\n]]></send>"


def _log(word: str, more: str = "") -> str:
    return f'<log message="step {word} [clock_tick] {more}"/>'


def _step(word: str, more: str = "") -> str:
    return f"<nop><action>{_log(word, more)}</action></nop>"


def _hear(status: str, word: str) -> str:
    return f'<recv response="{status}" optional="true"><action>{_log(word)}</action></recv>'


def _refusals(*, but: int | None = None) -> list[str]:
    return [
        f'<recv response="{status}" optional="true" next="refused"><action>{_log("refused", str(status))}</action></recv>'
        for status in REFUSALS
        if status != but
    ]


def _answered() -> str:
    return f"<action>{FAR_ADDRESS}{_log('answered', '[$far_ip] [$far_port]')}</action>"

"""The emergency announcement: started by Asterisk itself, one process a call, when the program does not answer.

It needs nothing of the program: no database, no network, no settings. pyst2 speaks the process AGI; its chatter, which
repeats all that Asterisk tells of the caller, is thrown away.
"""

import io
import signal
import sys
from typing import TextIO

from asterisk.agi import AGI, AGIAppError, AGIException, AGIHangup

PROMPT = "no-service"
LANGUAGES = ("id", "en")
LIFE_S_MAX = 60
"""Whatever happens, the process is gone by then: an alarm ends it even while it waits for Asterisk."""


def announce(stdin: TextIO, stdout: TextIO) -> int:
    """Play the announcement in each language, over process AGI. The exit status.

    0 when something was heard, or nobody is there any more; 1 (Asterisk makes AGISTATUS=FAILURE of it) when the
    dialplan had better play it itself.
    """
    try:
        agi = AGI(stdin=stdin, stdout=stdout, stderr=io.StringIO())
        played = [_play(agi, f"sambut/{language}/{PROMPT}") for language in LANGUAGES]
    except (AGIHangup, BrokenPipeError):
        return 0
    except (AGIException, OSError, ValueError):
        return 1
    return 0 if any(played) else 1


def main() -> int:
    """Announce on standard input and output. A caller's name may be no UTF-8 at all."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(LIFE_S_MAX)
    stdin = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="replace")
    return announce(stdin, sys.stdout)


def _play(agi: AGI, sound: str) -> bool:
    """Was it heard? Asterisk says endpos=0, or -1 as for a hang-up, when there was nothing to play."""
    try:
        answer = agi.execute("STREAM FILE", sound, '""')
    except AGIHangup:
        raise
    except AGIAppError:
        return False
    return bool(answer.get("endpos", ("0", ""))[0] != "0")


if __name__ == "__main__":
    sys.exit(main())

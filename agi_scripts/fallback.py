"""The emergency announcement: started by Asterisk itself, one process a call, when the program does not answer.

It needs nothing of the program: no database, no network, no settings. pyst2 speaks the process AGI; its chatter, which
repeats all that Asterisk tells of the caller, is thrown away.
"""

import io
import signal
import sys

from asterisk.agi import AGI, AGIException

PROMPT = "no-service"
LANGUAGES = ("id", "en")
LIFE_S_MAX = 120
"""Whatever happens, the process is gone by then: an alarm ends it even while it waits for Asterisk."""


def announce(agi: AGI) -> bool:
    """Play the announcement in each language; False when none could be played."""
    played = [_play(agi, f"sambut/{language}/{PROMPT}") for language in LANGUAGES]
    return any(played)


def main() -> int:
    """0 when it was heard or nobody is there any more, 1 when Asterisk had better play it itself."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(LIFE_S_MAX)
    try:
        agi = AGI(stdin=sys.stdin, stdout=sys.stdout, stderr=io.StringIO())
        return 0 if announce(agi) else 1
    except (AGIException, OSError, ValueError):
        # The caller hung up, or what speaks to us is not Asterisk: there is nobody to tell.
        return 0


def _play(agi: AGI, sound: str) -> bool:
    """STREAM FILE says endpos=0 when there was nothing to play."""
    answer = agi.execute("STREAM FILE", sound, '""')
    return bool(answer.get("endpos", ("0", ""))[0] != "0")


if __name__ == "__main__":
    sys.exit(main())

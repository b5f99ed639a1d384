"""The demo with one script that cannot come true: `python -m tests.e2e.wrong_demo FOLDER JSON`; exits as the demo does."""

import asyncio
import sys
import time
from dataclasses import replace
from pathlib import Path

from kernel.result_codes import Disposition
from sambut.demo.run import Asked, run_demo
from sambut.demo.scripts import DemoCall, demo_call

LEAVES_MENU, BLOCKED = 4, 7


def call_of(ordinal: int) -> DemoCall:
    """First a caller who leaves the menu and is meant to be blocked; then one who is blocked, as is meant."""
    if ordinal > 1:
        return replace(demo_call(BLOCKED), ordinal=ordinal)
    call = demo_call(LEAVES_MENU)
    wrong = replace(call.meant, dispositions=frozenset({Disposition.BLOCKED}))
    return replace(call, ordinal=ordinal, meant=wrong)


if __name__ == "__main__":
    folder, json_path = map(Path, sys.argv[1:])
    asked = Asked(folder=folder, calls=2, call_of=call_of, json_path=json_path, began_s=time.time())
    sys.exit(not asyncio.run(run_demo(asked)))

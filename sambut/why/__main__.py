"""One explanation, asked on standard input and told on standard output as JSON; at the lowest priority there is."""

import asyncio
import os
import sys

import msgspec

from acd.core.explanation import Explanation
from sambut.logs import set_up_logs
from sambut.why.own_process import Question
from sambut.why.reading import explained, open_records


async def _answer(question: Question) -> Explanation | None:
    async with open_records(question.database_url) as records:
        return await explained(records, question.interaction_id)


if __name__ == "__main__":
    os.nice(19)
    set_up_logs(level="critical", form="console")
    asked = msgspec.json.decode(sys.stdin.buffer.read(), type=Question)
    sys.stdout.buffer.write(msgspec.json.encode(asyncio.run(_answer(asked))))

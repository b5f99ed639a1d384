"""A number outside was dialled for the caller and brought nobody: the flow goes on."""

from collections.abc import Mapping

from agi_scripts.flow_return import go_on
from agi_scripts.ports import Line, Services
from ivr.core.steps import TransferFailed, TransferResult

_RESULTS: Mapping[str, TransferResult] = {"NOANSWER": TransferResult.NO_ANSWER, "BUSY": TransferResult.BUSY}
"""By what Dial() leaves in DIALSTATUS; all else is a failure."""


async def transfer_exit(line: Line, services: Services) -> None:
    """Arguments: interaction id, DIALSTATUS. Raises CallerGone."""
    result = _RESULTS.get(line.argument(2), TransferResult.FAILED)
    await go_on(line, services, TransferFailed(result=result))

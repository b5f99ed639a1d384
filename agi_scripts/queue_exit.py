"""The engine gave a waiting caller back: the flow goes on at the exit of that reason."""

import structlog

from agi_scripts.flow_return import go_on
from agi_scripts.ports import Line, Services
from ivr.core.steps import QueueLeft
from kernel.result_codes import LeaveReason

log = structlog.get_logger(__name__)


async def queue_exit(line: Line, services: Services) -> None:
    """Arguments: interaction id, reason (a LeaveReason; anything else counts as system_failure). Raises CallerGone."""
    try:
        reason = LeaveReason(line.argument(2))
    except ValueError:
        log.error("caller back from a queue for no known reason", leg_id=line.leg_id)
        reason = LeaveReason.SYSTEM_FAILURE
    await go_on(line, services, QueueLeft(reason=reason))

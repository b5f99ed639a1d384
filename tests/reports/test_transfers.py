"""A caller who is sent on: every talk counts where it was, and the sums hold."""

from acd.core.transfer_words import TransferTo
from kernel.ids import AgentId
from kernel.result_codes import Disposition
from reports.definitions import QUEUE_METRICS, waiting_count
from reports.rows import AgentIntervalRow
from tests.acd import makers as m
from tests.reports.story import Story


def test_a_transfer_counts_once_and_every_talk_where_it_was() -> None:
    story = Story(m.queue(wrap_up_ms=5_000), m.queue("care", wrap_up_ms=5_000), ready=("ann", "bob"))
    story.call("c1")
    story.give(m.picked_up("c1-r1"), after_ms=1_000)
    story.give(m.sent_on("c1", TransferTo.QUEUE, "care"), after_ms=10_000)
    story.give(m.picked_up("c1-r2"), after_ms=2_000)
    story.wait(20_000)
    story.give(m.hung_up("c1"))
    story.wait(5_000)

    told = story.told()
    row = told.interaction("c1")
    assert (row.transfer_count, row.disposition, row.queue_id, row.agent_id) == (1, Disposition.ANSWERED, "care", "bob")
    assert (row.wait_ms, row.talk_ms, row.wrap_up_ms) == (3_000, 30_000, 10_000)
    queues = {one.queue_id: one for one in told.queues()}
    transfers = next(metric for metric in QUEUE_METRICS if metric.id == "transfers")
    assert {name: transfers.of(one) for name, one in queues.items()} == {"sales": 1, "care": 0}
    assert [(one.answered_count, one.handled_count, waiting_count(one)) for one in queues.values()] == [(1, 1, 0)] * 2
    agents = {one.agent_id: one for one in told.changes.sums.values() if isinstance(one, AgentIntervalRow)}
    assert (agents[AgentId("ann")].transferred_count, agents[AgentId("bob")].transferred_count) == (1, 0)

"""Where a start goes on: at the newest checkpoint, and from there through what the journal holds after it, once."""

from acd.distributor import Distributor, Start, open_distributor
from acd.ports import Clock
from sambut.checkpoints import newest_checkpoint
from sambut.exchange import Exchange
from sambut.followers import Followers
from sambut.storage import Storage


async def resume(storage: Storage, exchange: Exchange, followers: Followers, clock: Clock) -> Distributor:
    """Engine and followers at the journal's end, ready to ``run``. Raises StoreFailed, JournalFailed, CtiLogFailed."""
    seq, checkpoint = await newest_checkpoint(storage.checkpoints, await storage.journal.last_seq())
    await followers.resume(seq, checkpoint, exchange)
    distributor = await open_distributor(
        journal=storage.journal,
        switch=exchange.switch,
        clock=clock,
        subscribers=followers.told(exchange),
        counters=followers.counting(),
        comes_back=exchange.comes_back,
        start=Start(
            seq=seq,
            checkpoint=None if checkpoint is None else checkpoint.engine,
            hear=lambda entry: followers.hear(entry, exchange),
        ),
    )
    await storage.contacts.recall(list(followers.hub.picture.calls))
    return distributor

"""Python's collector of circular garbage, told what a program with a large lasting memory needs.

By default every few hundred new objects may end in a walk over all that lives: with a hundred thousand callers in
memory a pause of hundreds of milliseconds in the middle of a decision. What lives at the start is therefore taken out
of the walk, and the walks are made rare; what is not circular is freed at once all the same.
"""

import gc

YOUNG_MAX = 50_000
"""New objects before the young ones are looked at (some milliseconds)."""
OLD_EVERY = 50
"""So many looks at each generation before the next older one is looked at."""


def settle_collector() -> None:
    """Call when what will live long has been built; may be called again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_MAX, OLD_EVERY, OLD_EVERY)

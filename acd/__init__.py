"""ACD: who is offered to whom, and when. The core is pure; ``distributor`` and ``recovery`` join it to the world."""

"""A pretend switch, callers, agents, clock and disk in virtual time, round the real distributor: a seed is a whole day."""

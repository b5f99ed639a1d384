"""The real distributor, engine, recovery and followers in virtual time, with faults, and every rule asked on the way."""

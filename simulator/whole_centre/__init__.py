"""A day of a whole centre on the real engine, in virtual time: no legs, no faults of the program, only people and calls."""

"""Days of a whole centre."""

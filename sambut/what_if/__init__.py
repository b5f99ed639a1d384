"""What if: a span of the journal played again under another centre file, and the table that compares."""

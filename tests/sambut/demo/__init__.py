"""The demo: its scripts, its judgement, what it shows and where it lives."""

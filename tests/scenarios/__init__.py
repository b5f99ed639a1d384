"""Scenario sheets: stories of the floor in plain text, run on the engine."""

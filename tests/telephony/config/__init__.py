"""Tests of what Asterisk is told by files."""

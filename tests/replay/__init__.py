"""Replay: the same inputs give the same facts, in any process."""

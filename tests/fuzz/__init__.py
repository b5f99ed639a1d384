"""Fuzzing: bytes that nobody would send, for every reader of bytes that come from outside. ``python -m tests.fuzz``."""

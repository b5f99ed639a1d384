"""Suites that an adapter and the fake that stands in for it must both pass."""

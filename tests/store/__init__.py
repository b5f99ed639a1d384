"""Tests of the store: on real SQLite files, each in its own folder."""

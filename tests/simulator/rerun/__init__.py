"""Tests of playing a recorded span again."""

"""Tests of the centre's description."""

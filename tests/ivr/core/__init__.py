"""Tests of the pure flow interpreter."""

"""Tests of the scripts that the dialplan calls."""

"""Tests of the ACD."""

"""Tests of the people with phones."""

"""Tests of the reports: facts in, numbers out."""

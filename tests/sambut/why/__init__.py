"""Tests of the explanations' reading and words."""

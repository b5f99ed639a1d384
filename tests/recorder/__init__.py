"""Tests of the recorder, with sound that they make themselves."""

"""Tests of the telephony room."""

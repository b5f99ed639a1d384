"""Tests of the IVR room."""

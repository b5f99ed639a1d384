"""Recorder: follows facts and keeps the sound."""

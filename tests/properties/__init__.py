"""Stateful properties: whatever happens, in whatever order, these hold."""

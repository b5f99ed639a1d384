"""Asterisk's configuration: rendered from the centre, written whole, loaded, read back, or put back as it was."""

"""Explanations: read from the database, told as text, and worked out in a process of its own for the API."""

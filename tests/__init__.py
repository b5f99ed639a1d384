"""Tests: the same tree as the program, and the stories that cross rooms."""

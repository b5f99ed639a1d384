"""Sambut: the program. The only room that may import every other."""

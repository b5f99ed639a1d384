"""Kernel: the words every room shares. Standard library only, no I/O, no clock, no chance."""

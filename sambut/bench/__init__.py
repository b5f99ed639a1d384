"""Benchmarks: each compares the product with something else in one run, on the machine at hand."""

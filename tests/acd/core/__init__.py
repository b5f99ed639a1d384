"""Tests of the pure core, file by file. Stories across files are the scenario sheets."""

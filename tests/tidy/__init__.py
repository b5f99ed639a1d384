"""The house rules, checked by a machine: what ruff, mypy and import-linter cannot say."""

"""Reports: follows facts and keeps the numbers, each with its definition."""

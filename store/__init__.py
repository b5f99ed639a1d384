"""Store: the only room that speaks SQL. Implements the shelves that other rooms ask for in their ports."""

"""The pages are true: what is made from the code is fresh, and what they name exists."""

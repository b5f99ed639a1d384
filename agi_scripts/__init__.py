"""One thin script for each place where the dialplan asks: who is it, and where do they go next."""

"""The pure flow interpreter: keys and answers go in, the next step comes out."""

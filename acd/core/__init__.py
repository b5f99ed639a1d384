"""The pure matching engine: inputs go in with the time, facts come out."""

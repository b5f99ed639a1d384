"""Stand-ins for adapters: small, honest, and held to the same contract as what they stand for."""

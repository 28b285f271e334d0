"""specpack compiles a specification pack into a complete, tested codebase."""

__version__ = "0.1.0"

EDITION = "2026.1"
"""Version of contracts, output normalisation and pinned cleanup tools; part of every digest."""

"""`specpack why LABEL`: whether the answer of a question is kept, and else what it is asked again for."""

from specpack.cli.plan import run_why as run

__all__ = ["run"]

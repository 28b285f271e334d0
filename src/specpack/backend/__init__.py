"""Stages after the last answer: assemble, clean, verify, trace, deliver; the sandbox stands beside them."""

"""Frozen domain types in which the stages meet; no library, no input or output."""

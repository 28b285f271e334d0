"""Tests of the Python target."""

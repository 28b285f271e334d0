"""Extreme mutation: which tests notice when a function is taken away, and which only seem to.

Path: cleaned tree -> anatomy -> schemata -> plug-in in the sandbox -> evidence -> gates `reach`, `mutation`.
"""

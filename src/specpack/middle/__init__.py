"""Phases, questions, requests, replies, store and lock: all that stands between clauses and a tree."""

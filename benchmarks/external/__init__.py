"""Measures specpack on specifications that nobody here wrote, beside the one-shot control.

Path: packages -> **external** -> packs, requests, scores -> one table.
"""

"""Formatting: the canonical form of a pack's Markdown, proven to say what it said before.

Path: understand -> **formatting** -> proof -> the files of the pack. `packs` is the way in.
"""

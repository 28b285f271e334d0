"""Diagnostics in the forms that people and tools read: text, JSON lines, SARIF, annotations of GitHub."""

"""OpenAPI and JSON Schema as documents: their parts become blocks and clauses like those of Markdown.

Path: read -> **schemas** -> identity, sections, checks -> understanding.
"""

"""Review of the pack itself by a model: `check --deep`.

Path: understand -> questions -> engine -> campaign -> diagnostics.
"""

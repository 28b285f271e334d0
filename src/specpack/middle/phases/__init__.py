"""The phases that may ask a model, in the order of the path.

Path: clauses -> policy -> interventions -> behaviour -> design -> write and test -> ruling. Each module makes the
asks of its phase from a `Material` and the conclusions so far, and judges their answers.
"""

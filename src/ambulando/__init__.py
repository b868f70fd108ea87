"""Ambulando: exercise alongside therapy and medicine.

What the trials say is the prior, what a person does and feels is the data, their plan is the decision under both.
"""

__version__ = "0.1.0"

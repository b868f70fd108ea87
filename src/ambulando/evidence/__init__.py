"""The evidence floor: what trials and cohorts say. Rows of facts, effect sizes, pooled effects, dose curves, figures.

Import the modules (``from ambulando.evidence import pool``). ``base``, ``modalities`` and ``within_person`` need
nothing but the standard library; ``effects``, ``pool``, ``dose``, ``tables`` and ``reproduce`` load NumPy and
``scipy.special``; ``figures`` loads matplotlib.
"""

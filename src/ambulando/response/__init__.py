"""What exercise does for this one person, told honestly: series, exact model, graded answer, simulated people.

Users import the modules: ``from ambulando.response import fit, series``. Only ``series`` is free of NumPy.
"""

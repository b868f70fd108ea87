"""What exercise does for this one person, told honestly: one exact model, graded answers, comparisons, simulated people.

The model is the same for a diary, for comparisons that a draw decides (one person, a group, ordinary use), and for many
people at once. Users import the modules: ``from ambulando.response import fit, series``. Free of NumPy are those that only
read or word, such as ``series``, ``protocol``, ``comparison_csv``, ``group_csv`` and ``grades``.
"""

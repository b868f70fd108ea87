"""How a person is: questionnaires and check-ins as data, their scores, their bands and what counts as change.

Nothing here diagnoses. Use the modules: ``instruments``, ``scoring``, ``change``, ``checkins``, ``schedule``.
"""

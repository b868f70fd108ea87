"""When not to, and where help is: the readiness screen, stop signs, item 9, helplines.

Light movement is locked by symptoms alone; nothing here diagnoses or speaks for starting or stopping a medicine.
Use the modules: ``profile``, ``screen``, ``medicines``, ``item9``, ``stop_signs``, ``helplines``.
"""

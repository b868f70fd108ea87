"""Looking again at each new study, with boundaries that allow for it."""

"""Rules of a plan are tested on what they give, never on how long a busy machine takes."""

from hypothesis import settings

settings.register_profile("without a clock", deadline=None)
settings.load_profile("without a clock")

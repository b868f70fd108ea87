"""What can be wrong with studies, each fault with a name. The text is one sentence that says what, where and what to do.

``row`` is the row of the table or the place among the studies (from 1), ``study`` the study's name, where there is one.
"""

from ambulando.ground import InputError


class EvidenceFault(InputError):
    """The studies, or what is asked of them, are at fault."""

    def __init__(self, sentence: str, *, row: int | None = None, study: str | None = None) -> None:
        super().__init__(sentence)
        self.row, self.study = row, study


class NotANumber(EvidenceFault):
    """Text, or a number without end, where a finite number is needed."""


class NegativeVariance(EvidenceFault):
    """A variance or standard error below zero."""


class ImpossibleValue(EvidenceFault):
    """A number that cannot be: more events than people, a correlation above one, an SD below zero."""


class TooFewStudies(EvidenceFault):
    """Fewer studies than the method needs."""


class CollinearModerators(EvidenceFault):
    """Moderators of which one follows from the others."""


class MissingReference(EvidenceFault):
    """A study without a reference dose, a reference treatment that is not in the network."""


class DisconnectedNetwork(EvidenceFault):
    """Treatments that no chain of comparisons joins."""


class InconsistentArms(EvidenceFault):
    """A study of several arms whose comparisons do not add up."""


class NotConverged(EvidenceFault):
    """A fit that found no answer; none is given."""


class MissingColumns(EvidenceFault):
    """A table without the columns that are needed."""


class UnknownOption(EvidenceFault):
    """A method, test, measure or model that does not exist."""

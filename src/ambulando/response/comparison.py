"""A person's own N-of-1 trial, from the question to the answer: the one door to all of its parts.

``protocol`` (no NumPy) has the design: options, schedule, seal. ``detect`` tells beforehand what it could find.
``comparison_analysis`` has the answer, ``randomisation`` its test, and ``harm`` the rule that stops it.
"""

from ambulando.response.comparison_analysis import Adherence, Result, analyse
from ambulando.response.comparison_model import Compared
from ambulando.response.detect import Detectable, detectable
from ambulando.response.harm import stop_reason
from ambulando.response.protocol import (
    NONE,
    Day,
    Draw,
    Option,
    Protocol,
    Question,
    check_seal,
    days_of,
    option_of,
    options_for,
    plain_protocol,
    protocol_of,
    questions,
    schedule,
    seal,
)

__all__ = [
    "NONE",
    "Adherence",
    "Compared",
    "Day",
    "Detectable",
    "Draw",
    "Option",
    "Protocol",
    "Question",
    "Result",
    "analyse",
    "check_seal",
    "days_of",
    "detectable",
    "option_of",
    "options_for",
    "plain_protocol",
    "protocol_of",
    "questions",
    "schedule",
    "seal",
    "stop_reason",
]

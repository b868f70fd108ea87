"""``ended`` is sent, with the person, the row and ``now``, when homework or what was asked for is taken out."""

from django.dispatch import Signal

ended = Signal()

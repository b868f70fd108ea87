"""``changed`` is sent, with the person, after something that a person did or felt was added, altered or removed."""

from django.dispatch import Signal

changed = Signal()

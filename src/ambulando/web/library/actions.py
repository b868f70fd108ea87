"""Compute what the evidence pages show, once for each version of the evidence base."""

from django.db import transaction

from ambulando.evidence import base
from ambulando.web.library.models import Figure, Publication

THEMES = ("light", "dark")
WIDTHS = ("phone", "wide")


def publish() -> Publication:
    """The results and pictures of this version; computed when they are not there yet (a few seconds), else read."""
    version = base.version()
    found = Publication.objects.filter(version=version).first()
    if found:
        return found
    from ambulando.web.library import results  # numpy and matplotlib: only here, never in a page view

    values = results.of_this_version()
    pictures = list(results.pictures(values))
    with transaction.atomic():
        Publication.objects.exclude(version=version).delete()
        publication = Publication.objects.create(version=version, results=values)
        Figure.objects.bulk_create(
            Figure(publication=publication, name=name, theme=theme, width=width, svg=svg)
            for name, theme, width, svg in pictures
        )
    return publication

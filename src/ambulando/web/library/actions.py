"""Compute what the evidence pages show, once for each version of the evidence base."""

from django.db import transaction

from ambulando.evidence import base
from ambulando.web.library.models import Figure, Publication

THEMES = ("light", "dark")
WIDTHS = ("phone", "wide")


def publish() -> Publication:
    """Compute the results and pictures of this version of program and evidence base (a few seconds) and put them in place.

    Called when either has changed, never by a page. The pictures get new addresses, so no browser shows old ones.
    """
    from ambulando.web.library import results  # numpy and matplotlib: only here

    values = results.of_this_version()
    pictures = list(results.pictures(values))
    with transaction.atomic():
        Publication.objects.all().delete()
        publication = Publication.objects.create(version=base.version(), results=values)
        Figure.objects.bulk_create(
            Figure(publication=publication, name=name, theme=theme, width=width, svg=svg)
            for name, theme, width, svg in pictures
        )
    return publication

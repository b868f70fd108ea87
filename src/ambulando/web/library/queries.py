"""What is read of the published results."""

from ambulando.evidence import base
from ambulando.web.library.models import Figure, Publication


def publication() -> Publication | None:
    """The results of this version of the evidence base; None while they are being made."""
    return Publication.objects.filter(version=base.version()).first()


def figure(publication: int, name: str, theme: str, width: str) -> Figure | None:
    return Figure.objects.filter(publication=publication, name=name, theme=theme, width=width).first()

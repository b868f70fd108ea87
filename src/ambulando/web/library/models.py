"""What was computed from the evidence base, kept until the base changes."""

from django.db import models


class Publication(models.Model):
    """The results of one version of the evidence base."""

    version = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(auto_now_add=True)
    results = models.JSONField()

    def __str__(self) -> str:
        return self.version


class Figure(models.Model):
    """A picture of a publication, for a theme and a width of screen."""

    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="figures")
    name = models.CharField(max_length=64)
    theme = models.CharField(max_length=8)
    width = models.CharField(max_length=8)
    svg = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["publication", "name", "theme", "width"], name="one_picture_of_each_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.theme}, {self.width})"

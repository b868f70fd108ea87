"""Groups and places: everybody's, entered by who runs the installation, and each person's own, which nobody else sees."""

from django.conf import settings
from django.db import models
from django.db.models import Q, UniqueConstraint

from ambulando.plan.places import LONGEST


class PlaceList(models.Model):
    """A file of places that staff read in. A draft holds what was read in ``content`` until they keep it."""

    name = models.CharField(max_length=120)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    kept_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    #: the places of a draft, as JSON; empty once they are rows
    content = models.JSONField(default=list)

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def draft(self) -> bool:
        return self.kept_at is None


class Place(models.Model):
    """Somewhere to go; the fields are those of ``ambulando.plan.places.Place``. Ended instead of deleted: traces name it."""

    #: whose it is, and who alone sees it; None is everybody's
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="own_places"
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    from_list = models.ForeignKey(PlaceList, null=True, on_delete=models.SET_NULL, related_name="places")
    #: what it goes by in its list, so that the next version of the list finds it again; empty where somebody typed it in
    ident = models.CharField(max_length=LONGEST["id"], blank=True)
    name = models.CharField(max_length=LONGEST["name"])
    kind = models.CharField(max_length=16)
    activities = models.JSONField(default=list)
    where = models.CharField(max_length=LONGEST["where"], blank=True)
    #: [{day, from, to}]
    days = models.JSONField(default=list)
    hours = models.CharField(max_length=LONGEST["hours"], blank=True)
    cost = models.PositiveSmallIntegerField(default=0)
    company = models.CharField(max_length=8, default="either")
    supervised = models.BooleanField(default=False)
    accessible = models.BooleanField(null=True)
    contact = models.CharField(max_length=LONGEST["contact"], blank=True)
    source = models.CharField(max_length=LONGEST["source"], blank=True)
    seen = models.DateField(null=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    #: from the point that staff gave when its list was read
    km = models.FloatField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name", "pk"]
        indexes = [models.Index(fields=["person", "ended_at", "kind"])]
        constraints = [
            UniqueConstraint(
                fields=["ident"],
                condition=Q(person=None) & ~Q(ident=""),
                name="one_place_for_each_id_of_a_list",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Pick(models.Model):
    """What a person said of a place of everybody's: they go there, or it is not for them."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="picks")
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="picks")
    wanted = models.BooleanField()

    class Meta:
        constraints = [UniqueConstraint(fields=["person", "place"], name="one_word_on_each_place")]

    def __str__(self) -> str:
        return f"{'goes to' if self.wanted else 'leaves out'} place {self.place_id}"

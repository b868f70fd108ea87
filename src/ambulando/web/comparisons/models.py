"""A person's own comparison, its draws and what came out of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q, UniqueConstraint


class Comparison(models.Model):
    """One question that chance decides on some days: the protocol as it was sealed, its state, and the stored result."""

    RUNNING, FINISHED, STOPPED = "running", "finished", "stopped"
    STATES = [(state, state) for state in (RUNNING, FINISHED, STOPPED)]
    #: why it was stopped
    PERSON, HARM, SAFETY = "person", "harm", "safety"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="comparisons")
    #: the id of a question of ``ambulando.response.comparison``
    question = models.CharField(max_length=64)
    #: the whole protocol, as it was sealed
    content = models.JSONField()
    target = models.CharField(max_length=16)
    starts = models.DateField()
    seed = models.BigIntegerField()
    #: SHA-256 of protocol, schedule and seed
    seal = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=STATES, default=RUNNING)
    reason = models.CharField(max_length=16, blank=True)
    #: made by the worker after the end; empty until then
    result = models.JSONField(null=True)
    made_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    #: when the person first opened it after its end; until then Today says that it has ended
    seen_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            UniqueConstraint(
                fields=["person"], condition=Q(state="running"), name="one_comparison_runs_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"comparison {self.question} from {self.starts}"

    @property
    def running(self) -> bool:
        return self.state == self.RUNNING


class Draw(models.Model):
    """What chance decided for one day, and what became of it. It is shown on its day, not before."""

    OPEN, DONE, OTHER, NOT_TODAY = "open", "done", "other", "not-today"
    STATES = [(state, state) for state in (OPEN, DONE, OTHER, NOT_TODAY)]

    comparison = models.ForeignKey(Comparison, on_delete=models.CASCADE, related_name="draws")
    day = models.DateField()
    block = models.PositiveSmallIntegerField()
    option = models.CharField(max_length=64)
    probability = models.FloatField()
    state = models.CharField(max_length=10, choices=STATES, default=OPEN)
    #: the session that stands in the plan for it
    session = models.OneToOneField("plans.Session", null=True, on_delete=models.SET_NULL, related_name="draw")

    class Meta:
        ordering = ["day"]
        constraints = [UniqueConstraint(fields=["comparison", "day"], name="one_draw_a_day")]

    def __str__(self) -> str:
        return f"draw of {self.day}"

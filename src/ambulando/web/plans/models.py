"""What was planned and offered, why, and what became of it."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from ambulando.web.journal.models import FEELING


class Week(models.Model):
    """A plan: the sessions of seven days, with what it was made from."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="weeks")
    starts = models.DateField()
    made_at = models.DateTimeField(auto_now_add=True)
    outcome = models.CharField(max_length=16)
    message = models.JSONField()
    constraints = models.JSONField(default=list)
    trace = models.JSONField(default=dict)
    seed = models.BigIntegerField()
    current = models.BooleanField(default=True)

    class Meta:
        ordering = ["-starts"]
        constraints = [
            UniqueConstraint(
                fields=["person", "starts"], condition=Q(current=True), name="one_current_plan_for_each_week"
            )
        ]

    def __str__(self) -> str:
        return f"week of {self.starts}"

    @property
    def holds(self) -> bool:
        """Whether its sessions may be offered: no other plan has taken its place, and safety does not hold it."""
        return self.current and self.outcome not in ("hold", "no-plan")


class Session(models.Model):
    """Something planned: an activity on a day, its smallest version, its reasons, and what became of it."""

    PLANNED, STARTED, DONE, NOT_TODAY, REPLACED = "planned", "started", "done", "not-today", "replaced"
    STATES = [(state, state) for state in (PLANNED, STARTED, DONE, NOT_TODAY, REPLACED)]
    ENERGY, PAIN, TIME, WEATHER, MOOD, ILL, OTHER = (
        "energy",
        "pain",
        "time",
        "weather",
        "mood",
        "ill",
        "other",
    )
    SKIPPED = "skipped"
    WHYS = [(why, why) for why in (ENERGY, PAIN, TIME, WEATHER, MOOD, ILL, OTHER, SKIPPED)]

    week = models.ForeignKey(Week, on_delete=models.CASCADE, related_name="sessions")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sessions")
    day = models.DateField()
    time = models.TimeField()
    activity = models.CharField(max_length=64)
    minutes = models.PositiveSmallIntegerField()
    intensity = models.CharField(max_length=16)
    #: the whole session as `ambulando.plan` made it, with its reasons and its trace
    content = models.JSONField()
    state = models.CharField(max_length=12, choices=STATES, default=PLANNED)
    changed_at = models.DateTimeField(auto_now=True)
    started_at = models.DateTimeField(null=True)
    #: the session that was offered before this one, when the person asked for smaller or other
    instead_of = models.OneToOneField(
        "self", null=True, on_delete=models.SET_NULL, related_name="replaced_by"
    )
    bout = models.OneToOneField("journal.Bout", null=True, on_delete=models.SET_NULL, related_name="session")
    #: how it felt before, -5 to 5, told while it is under way; the bout has it once it is done
    feeling_before = models.SmallIntegerField(null=True, validators=FEELING)
    #: "how was it?" was skipped, and is not asked again
    how_skipped = models.BooleanField(default=False)
    #: after "not today", for who wanted to say: what kept them; SKIPPED when they did not
    why = models.CharField(max_length=8, choices=WHYS, default="", blank=True)

    class Meta:
        ordering = ["day", "time"]
        indexes = [models.Index(fields=["person", "day"])]

    def __str__(self) -> str:
        return f"{self.activity} on {self.day}"

    @property
    def open(self) -> bool:
        """Whether it can still be started, altered or done."""
        return self.state in (self.PLANNED, self.STARTED) and self.week.holds


class Pause(models.Model):
    """Days on which the plan rests: from ``starts`` until the day before ``ends``, or until the person comes back."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="pauses")
    starts = models.DateField()
    #: the first day on which the plan goes on
    ends = models.DateField(null=True)

    class Meta:
        ordering = ["-starts"]
        constraints = [
            UniqueConstraint(
                fields=["person"], condition=Q(ends=None), name="one_open_pause_for_each_person"
            ),
            CheckConstraint(
                condition=Q(ends=None) | Q(ends__gt=models.F("starts")), name="a_pause_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return f"pause from {self.starts}"


class Decision(models.Model):
    """One decision about what to offer on a day: the options with the chances with which one of them was drawn.

    Written when it is made and never changed, so that ordinary use can be analysed as a micro-randomised trial.
    """

    ACTIVITY, SWAP = "activity", "swap"
    #: what was decided: the activity of a session of a week, or another one that the person asked for
    KINDS = [(ACTIVITY, "activity"), (SWAP, "swap")]
    #: why there was no draw: one option alone, nothing else, safety holds the plan, a comparison draws on that day
    SINGLE, NOTHING, SAFETY, COMPARISON = "single-option", "nothing-else", "safety", "comparison"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="decisions")
    day = models.DateField()
    made_at = models.DateTimeField(auto_now_add=True)
    kind = models.CharField(max_length=8, choices=KINDS, default=ACTIVITY)
    session = models.ForeignKey(Session, null=True, on_delete=models.SET_NULL, related_name="decisions")
    available = models.BooleanField()
    #: [{option, probability}], the likeliest first; they add up to 1
    options = models.JSONField(default=list)
    chosen = models.CharField(max_length=64, blank=True)
    #: with which ``chosen`` was drawn, given all that was known then
    probability = models.FloatField(null=True)
    reason = models.CharField(max_length=16, blank=True)

    class Meta:
        ordering = ["day", "pk"]
        indexes = [models.Index(fields=["person", "day"])]

    def __str__(self) -> str:
        return f"decision of {self.day}: {self.chosen or self.reason}"


class Lending(models.Model):
    """Somebody agrees that their decisions, day by day, may be written out for who studies them; deleted when they do not."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="lending")
    since = models.DateTimeField(auto_now_add=True)
    #: when they were last part of a file
    written_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"lending since {self.since:%Y-%m-%d}"


class Stop(models.Model):
    """A sign that made the person stop a session; the same sign in another one leads to a doctor first."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="stops")
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="stops")
    #: the id of a sign of ``ambulando.safety.stop_signs``
    sign = models.CharField(max_length=32)
    #: what it became among the person's answers; empty where it only got its advice
    symptom = models.CharField(max_length=32, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]
        constraints = [
            UniqueConstraint(fields=["session", "sign"], name="one_stop_for_each_sign_of_a_session")
        ]

    def __str__(self) -> str:
        return f"stop at {self.at}: {self.sign}"


class Answer(models.Model):
    """The latest answer to "does it help me?", made when the person's data changed, not when a page is opened."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="answer")
    made_at = models.DateTimeField(auto_now=True)
    grade = models.CharField(max_length=1)
    days = models.PositiveIntegerField()
    sentence = models.JSONField()
    fit = models.JSONField()
    #: how often the diary changed since there is an answer, and how often it had when these days were read
    changes = models.PositiveIntegerField(default=0)
    changes_read = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"answer of {self.made_at:%Y-%m-%d}, grade {self.grade}"

    @property
    def behind(self) -> bool:
        """Whether the diary changed since its days were read, or an earlier version made this with less in it."""
        return self.changes != self.changes_read or "by_prior" not in self.fit

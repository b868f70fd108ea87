"""What is read of the directory. Its order is the alphabet and nothing else."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from ambulando.web.care.directory.models import Clinician, Request
from ambulando.web.care.grants import queries as grants
from ambulando.web.care.grants.models import Grant
from ambulando.web.people.models import Person


@dataclass(frozen=True)
class Need:
    """What a person looks for; empty is anything. ``free``: only who has a free place."""

    language: str = ""
    focus: str = ""
    way: str = ""
    free: bool = False

    def met_by(self, one: Clinician) -> bool:
        return (
            (not self.language or self.language in one.languages)
            and (not self.focus or self.focus in one.focus)
            and (not self.way or self.way in one.ways)
            and (not self.free or one.free_places > 0)
        )


def listed() -> QuerySet[Clinician]:
    """Who can be found: verified, wants to be listed, and is still here."""
    return Clinician.objects.filter(verified_at__isnull=False, listed=True, person__is_active=True)


def by_name(rows: QuerySet[Clinician]) -> list[Clinician]:
    return sorted(rows, key=lambda one: (one.shown_name.casefold(), one.pk))


def met(rows: list[Clinician], need: Need) -> list[Clinician]:
    """Those of ``rows`` who offer what is needed, in the order in which they came."""
    return [one for one in rows if need.met_by(one)]


def verified(person: Person) -> Clinician | None:
    """Their profile, if the operator has verified it."""
    return Clinician.objects.filter(person=person, verified_at__isnull=False).first()


def profile_of(person: Person) -> Clinician | None:
    return Clinician.objects.filter(person=person).first()


def requests_of(person: Person) -> QuerySet[Request]:
    """What the person asked, but for what they took or put away, and a yes that has ended; the latest first."""
    rows = person.requests.exclude(state=Request.TAKEN_BACK)
    rows = rows.exclude(state=Request.ACCEPTED, grant__ended_at__isnull=False)
    return rows.select_related("clinician", "other", "other__person")


def own_request(person: Person, pk: int) -> Request | None:
    return person.requests.filter(pk=pk).select_related("clinician").first()


def open_request(person: Person, clinician: Clinician) -> Request | None:
    return person.requests.filter(clinician=clinician, state=Request.ASKED).first()


def waiting(reader: Person) -> QuerySet[Request]:
    """What waits for this clinician's answer, the earliest first; nothing while nobody vouches for them."""
    rows = Request.objects.filter(
        clinician__person=reader, clinician__verified_at__isnull=False, state=Request.ASKED
    )
    return rows.select_related("clinician", "person").order_by("asked_at", "pk")


@dataclass(frozen=True)
class WithMe:
    """Somebody whom the person lets in; ``profile`` where they are of this installation's directory, or were."""

    grant: Grant
    profile: Clinician | None


def with_me(person: Person, now: datetime) -> list[WithMe]:
    """Whom of a clinic the person lets in now. Two queries."""
    team = grants.team(person, now)
    profiles = {
        one.person_id: one for one in Clinician.objects.filter(person__in=[one.reader_id for one in team])
    }
    return [WithMe(one, profiles[one.reader_id]) for one in team if one.reader_id in profiles]


def lets_in(person: Person, reader: Person, now: datetime) -> bool:
    """Whether the person lets this reader in now."""
    rows = grants.agreed(person.grants.filter(reader=reader)).select_related("person")
    return any(one.holds(now) for one in rows)


def to_verify() -> QuerySet[Clinician]:
    """Who waits for the operator's word, the earliest first."""
    return Clinician.objects.filter(asked_at__isnull=False, verified_at=None).order_by("asked_at", "pk")


def all_profiles() -> QuerySet[Clinician]:
    """Everybody with a profile, with who verified them and all that was decided."""
    rows = Clinician.objects.select_related("verified_by", "person")
    return rows.prefetch_related("decisions__by").order_by("shown_name", "pk")

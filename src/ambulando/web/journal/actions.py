"""What is changed in the journal. Each takes the person first, and tells ``changed``."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from ambulando.activity.bouts import Bout as DoneBout
from ambulando.activity.recordings.importing import Imported, look_at
from ambulando.ground import InputError
from ambulando.measures import checkins, schedule, scoring
from ambulando.measures.instruments import instrument as form_of
from ambulando.safety import item9
from ambulando.web.journal import queries
from ambulando.web.journal.models import Assessment, Bout, CheckIn, Offer, Recording
from ambulando.web.journal.signals import changed
from ambulando.web.people.actions import tell
from ambulando.web.people.models import Person

#: hours of the day before which a check-in counts as the morning one
MORNING_ENDS = 12


def part_of(moment: datetime) -> str:
    return CheckIn.MORNING if moment.hour < MORNING_ENDS else CheckIn.LATER


@transaction.atomic
def check_in(
    person: Person, day: date, part: str, flags: Mapping[str, bool] | None = None, **scales: int | None
) -> CheckIn:
    """Keep the scales that were answered; those that were not stay as they are. Raises InputError for a bad value.

    ``flags``: "ill" and "medicine_changed", which hold for the whole day; None where they were not asked. A check-in
    that says nothing any more is removed.
    """
    answered = {name: value for name, value in scales.items() if value is not None}
    before = queries.flags_in(queries.check_ins_on(person, day).values())
    told = before | dict(flags or {})
    if answered or told == before:  # a box that is ticked or cleared is enough to say
        checkins.check(**{name: answered.get(name) for name in checkins.scales()})
    found, _ = CheckIn.objects.update_or_create(person=person, day=day, part=part, defaults=answered | told)
    if told != before:
        person.check_ins.filter(day=day).update(**told)
    if not any(told.values()) and all(getattr(found, name) is None for name in checkins.scales()):
        CheckIn.objects.filter(pk=found.pk).delete()
    changed.send(sender=CheckIn, person=person)
    return found


@transaction.atomic
def remove_check_in(person: Person, check_in: CheckIn) -> None:
    check_in.delete()
    changed.send(sender=CheckIn, person=person)


@transaction.atomic
def add_bout(
    person: Person, *, activity: str, start: datetime, minutes: int, **told: int | str | None
) -> Bout:
    """Keep what was done. The same sent twice, as by a double click, is kept once.

    ``told``: effort, feeling_before, feeling_after, pain, talk and note, as far as the person told them.
    """
    same = {"activity": activity, "start": start, "seconds": minutes * 60} | told
    if found := person.bouts.filter(**same).first():
        return found
    bout = Bout.objects.create(person=person, **same)
    changed.send(sender=Bout, person=person)
    return bout


@transaction.atomic
def change_bout(person: Person, bout: Bout, **values: object) -> Bout:
    for name, value in values.items():
        setattr(bout, name, value)
    bout.corrected = bout.corrected or bool({"activity", "start", "seconds"} & values.keys())
    bout.save()
    changed.send(sender=Bout, person=person)
    return bout


@transaction.atomic
def remove_bout(person: Person, bout: Bout) -> None:
    recording = bout.recording
    bout.delete()
    if recording and not recording.bouts.exists():
        recording.delete()  # so that the file can be imported again, should the person change their mind
    changed.send(sender=Bout, person=person)


@transaction.atomic
def import_recording(
    person: Person, name: str, data: bytes | InputError, now: datetime, *, dry_run: bool = False
) -> Imported:
    """Read a file from a device into bouts. The same file, or the same bout in another file, is never counted twice."""
    seen, recording = look_at(name, data, now, zone=person.zone)
    if recording is None:
        return seen
    if person.recordings.filter(fingerprint=recording.fingerprint).exists():
        return replace(seen, status="here")
    known = [_same_bout(person, bout) for bout in recording.bouts]
    status = "new" if not known or None in known else "changed"
    if dry_run:
        return replace(seen, status=status)
    kept = Recording.objects.create(
        person=person, name=name[-255:], format=recording.format, fingerprint=recording.fingerprint
    )
    for bout, before in zip(recording.bouts, known, strict=True):
        values = asdict(bout) | {
            "seconds": max(1, round(bout.seconds)),
            "warnings": [str(w) for w in bout.warnings],
        }
        # An export that was made again, perhaps more complete, takes the place of the earlier one; what the person
        # told (effort, feelings, note) stays.
        if before is None:
            Bout.objects.create(person=person, recording=kept, **values)
        else:
            for name in ("effort", "feeling_before", "feeling_after", "pain"):
                values[name] = values[name] if (told := getattr(before, name)) is None else told
            if before.corrected:
                values = {
                    name: value
                    for name, value in values.items()
                    if name not in ("activity", "start", "seconds")
                }
            Bout.objects.filter(pk=before.pk).update(recording=kept, **values)
    changed.send(sender=Recording, person=person)
    return replace(seen, status=status)


def _same_bout(person: Person, bout: DoneBout) -> Bout | None:
    """The bout of an earlier recording that began at the same time, within a minute."""
    near = (bout.start - timedelta(minutes=1), bout.start + timedelta(minutes=1))
    return person.bouts.filter(recording__isnull=False, start__range=near).first()


@transaction.atomic
def assess(
    person: Person, instrument: str, answers: Sequence[int | None], day: date
) -> tuple[Assessment, str]:
    """Keep the answers with their score. Returns the assessment and the route of item 9: none, help, emergency-first.

    ``answers``: those of the items, which those of the extras may follow. The same sent twice within a minute, as by a
    double click, is kept once. What a form tells about the person for their plan is told for them too.
    """
    if all(answer is None for answer in answers):
        raise InputError("No question was answered yet. Answer those you can; you may leave some out.")
    result = scoring.score(instrument, answers)
    route = item9.route(answers) if instrument == "phq-9" else "none"
    just_now = timezone.now() - timedelta(minutes=1)
    if same := person.assessments.filter(
        instrument=instrument, day=day, answers=list(answers), made_at__gt=just_now
    ).first():
        return same, route
    assessment = Assessment.objects.create(
        person=person,
        instrument=instrument,
        day=day,
        answers=list(answers),
        total=result.total,
        band=result.band or "",
        help_shown=route != "none",
    )
    if told := for_the_plan(result, answers):
        tell(person, told)
    # What the plan makes of it may fail; the answers are kept all the same, and help comes.
    changed.send_robust(sender=Assessment, person=person)
    return assessment, route


def for_the_plan(result: scoring.Score, answers: Sequence[int | None]) -> dict[str, Any]:
    """What a whole form says of the person in the words of a profile; most say nothing of that kind."""
    if not result.complete:
        return {}
    if result.instrument == "evs":
        days, minutes = answers[:2]
        return {"active": {"days": days, "minutes": minutes if days and minutes else 0}}
    if result.instrument == "confidence":
        return {"confidence": result.total}
    if result.instrument == "barriers":
        return {"barriers": list(result.chosen)}
    return {}


@transaction.atomic
def remove_assessment(person: Person, assessment: Assessment) -> None:
    assessment.delete()
    changed.send(sender=Assessment, person=person)


@transaction.atomic
def skip(person: Person, instrument: str, now: datetime) -> bool:
    """Pass over the turn of a questionnaire: the next comes one interval later. A second tap changes nothing."""
    today = now.astimezone(person.zone).date()
    waiting = [one.instrument.id for one in queries.offered(person, today) if one.since <= today]
    if instrument not in waiting:
        return False
    Offer.objects.update_or_create(person=person, instrument=instrument, defaults={"skipped_at": now})
    return True


@transaction.atomic
def pause(person: Person, instrument: str, until: date | None) -> None:
    """Offer a questionnaire, and those that ask the same, no sooner than ``until``; None ends the pause."""
    kin = [one.id for one in schedule.family(form_of(instrument), queries.questionnaires(person))]
    person.offers.filter(instrument__in=kin).update(paused_until=None)
    if until:
        Offer.objects.update_or_create(person=person, instrument=instrument, defaults={"paused_until": until})


@transaction.atomic
def want(person: Person, instrument: str, wanted: bool, now: datetime) -> None:
    """Switch the offers of a questionnaire on, or those of all that ask the same off. One of them alone is on."""
    kin = [one.id for one in schedule.family(form_of(instrument), queries.questionnaires(person))]
    for name in kin:
        state = (True if name == instrument else None) if wanted else False
        Offer.objects.update_or_create(
            person=person, instrument=name, defaults={"wanted": state, "wanted_at": now if state else None}
        )

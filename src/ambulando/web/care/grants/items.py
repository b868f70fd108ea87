"""What can be shared, item by item, and what each role is offered first. Nothing is shared unless the person says so."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

#: item: (its name, what somebody who sees it sees)
ITEMS: Mapping[str, tuple[str, str]] = {
    "encouragement": (_("That you move"), _("how many times so far, and whether there was one this week; not what, when or how long")),
    "mood": (_("Check-ins"), _("mood, energy, sleep and stress of each day")),
    "assessments": (_("Questionnaires"), _("the totals, what they mean and how they changed")),
    "item-9": (_("The question about not wanting to live"), _("your answer to it in each PHQ-9")),
    "plan": (_("Your plan"), _("your weeks, what stands in the way, and what you asked for")),
    "bouts": (_("What you did"), _("each activity, with minutes, effort and how it felt")),
    "notes": (_("Your own words"), _("the notes that you wrote beside what you did")),
    "body": (_("Your body"), _("health conditions, signs, pregnancy, pulse in recordings")),
    "medicines": (_("Medicines"), _("the names of the medicines that you told us")),
    "comparisons": (_("Your comparisons"), _("what you compared, and what came out")),
}  # fmt: skip
#: the same, as it is said to the one who is let in
FOR_READER: Mapping[str, tuple[str, str]] = {
    "encouragement": (_("That they move"), _("how many times so far, and whether there was one this week; not what, when or how long")),
    "mood": (_("Their check-ins"), _("mood, energy, sleep and stress of each day")),
    "assessments": (_("Their questionnaires"), _("the totals, what they mean and how they changed")),
    "item-9": (_("The question about not wanting to live"), _("their answer to it in each PHQ-9")),
    "plan": (_("Their plan"), _("their weeks, what stands in the way, and what they asked for")),
    "bouts": (_("What they did"), _("each activity, with minutes, effort and how it felt")),
    "notes": (_("Their own words"), _("the notes that they wrote beside what they did")),
    "body": (_("Their body"), _("health conditions, signs, pregnancy, pulse in recordings")),
    "medicines": (_("Medicines"), _("the names of the medicines that they told us")),
    "comparisons": (_("Their comparisons"), _("what they compared, and what came out")),
}  # fmt: skip
THERAPIST, PHYSICIAN, COACH, FRIEND = "therapist", "physician", "coach", "friend"
ROLES: Mapping[str, str] = {
    THERAPIST: _("therapist"),
    PHYSICIAN: _("doctor"),
    COACH: _("coach"),
    FRIEND: _("friend"),
}
#: what is ticked first when somebody is asked in; the person changes it as they like
FIRST: Mapping[str, tuple[str, ...]] = {
    THERAPIST: ("encouragement",),
    PHYSICIAN: ("encouragement",),
    COACH: ("encouragement",),
    FRIEND: ("encouragement",),
}

"""The words for each thing that is written into the record of looks. Whoever adds a page for a reader adds its id here."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

#: id: what was done, as the person reads it after the name of who did it
WHAT: Mapping[str, str] = {
    # what is done about a grant
    "asked": _("made an invitation"),
    "asked-again": _("made a new link for an invitation"),
    "taken-back": _("took an invitation back"),
    "accepted": _("said yes to the invitation"),
    "declined": _("said no to the invitation"),
    "confirmed": _("let them in"),
    "refused": _("did not let them in"),
    "changed": _("changed what is shared"),
    "ended": _("ended it"),
    "ran-out": _("set a last day, and it is over"),
    "left": _("removed their account, so it ended"),
    "linked": _("made a link to a report"),
    # what is looked at
    "report-by-link": _("opened the report by its link"),
    "caseload": _("looked at the list of people they look after"),
    "person": _("looked at your page"),
    "questionnaires": _("looked at your questionnaires"),
    "signal-seen": _("marked something we noticed as seen"),
    "report": _("opened the one-page report"),
    "export": _("took a copy of what you share"),
    "messages-copy": _("took a copy of your messages with them"),
    "treatment": _("looked at your treatment plan"),
    "treatment-written": _("opened your treatment plan to write in it"),
    "review": _("looked at what changed since the last review"),
}

"""Names, for pages, of what the core knows of places by an identifier."""

from django.utils.translation import gettext_lazy as _

KIND_NAMES = {
    "walking-group": _("Walking group"),
    "running-group": _("Running group"),
    "class": _("Class"),
    "league": _("Team or league"),
    "park": _("Park"),
    "pool": _("Pool"),
    "gym": _("Gym or sports hall"),
    "path": _("Path"),
    "playground": _("Playground"),
    "sports-ground": _("Sports ground"),
    "garden": _("Garden"),
    "other": _("Another place"),
}
COST_NAMES = {
    0: _("Free"),
    1: _("Costs a little"),
    2: _("An entry fee"),
    3: _("A membership"),
}
COMPANY_NAMES = {"alone": _("Alone"), "together": _("With others"), "either": _("Either")}

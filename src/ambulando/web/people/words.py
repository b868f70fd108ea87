"""Names, for pages, of what the lower floors know by an identifier."""

from django.utils.translation import gettext_lazy as _

MODALITY_NAMES = {
    "walking": _("Walking"),
    "running": _("Running"),
    "cycling": _("Cycling"),
    "swimming": _("Swimming"),
    "aerobic": _("Other aerobic"),
    "strength": _("Strength"),
    "yoga": _("Yoga and stretching"),
    "tai-chi": _("Tai chi and qigong"),
    "dance": _("Dance"),
    "mixed": _("Mixed"),
    "sport": _("Games and sport"),
    "everyday": _("Everyday moving"),
}
DAY_NAMES = {
    "monday": _("Monday"),
    "tuesday": _("Tuesday"),
    "wednesday": _("Wednesday"),
    "thursday": _("Thursday"),
    "friday": _("Friday"),
    "saturday": _("Saturday"),
    "sunday": _("Sunday"),
}
#: part of the day -> the window of time in it
DAY_PARTS = {
    "morning": (_("Mornings"), ("07:00", "11:00")),
    "midday": (_("Around noon"), ("11:00", "14:00")),
    "afternoon": (_("Afternoons"), ("14:00", "18:00")),
    "evening": (_("Evenings"), ("18:00", "21:00")),
}
PLACE_NAMES = {
    "home": _("At home"),
    "outdoors": _("Outside"),
    "gym": _("A gym"),
    "pool": _("A pool"),
    "class": _("A class or group"),
}
KIT_NAMES = {
    "ball": _("A ball"),
    "band": _("An exercise band"),
    "bicycle": _("A bicycle"),
    "boules": _("Boules"),
    "children": _("Children to play with"),
    "dog": _("A dog"),
    "e-bike": _("An e-bike"),
    "exercise-bike": _("An exercise bike"),
    "frisbee": _("A frisbee"),
    "garden": _("A garden"),
    "handcycle": _("A handcycle"),
    "plants": _("Plants to look after"),
    "racket": _("A racket"),
    "screen": _("A screen for videos"),
    "skipping-rope": _("A skipping rope"),
    "snow-shovel": _("A snow shovel"),
    "tandem": _("A tandem"),
    "vacuum-cleaner": _("A vacuum cleaner"),
    "walking-poles": _("Walking poles"),
    "weights": _("Weights"),
    "wheelchair": _("A wheelchair"),
}
#: how it is outside these days
WEATHER_NAMES = {
    "rain": _("Rain"),
    "wind": _("Wind"),
    "cold": _("Cold"),
    "ice": _("Ice or snow"),
    "dark": _("Dark early"),
}

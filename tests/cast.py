"""The shared cast: people that the tests of every floor know by name. Profiles are as the command line takes them."""

from typing import Any

WINDOWS = [
    {"day": day, "from": "08:00", "to": "10:00"} for day in ("monday", "wednesday", "friday", "saturday")
]

#: Low in energy, likes walking and yoga, nothing stands in the way.
ADA: dict[str, Any] = {
    "age": 34,
    "country": "NZ",
    "active": {"days": 1, "minutes": 15},
    "conditions": [],
    "symptoms": [],
    "medicines": ["sertraline"],
    "pregnant": False,
    "phq9": 14,
    "barriers": ["fatigue", "weather"],
    "likes": ["walking", "yoga"],
    "dislikes": ["running"],
    "places": ["home", "outdoors"],
    "company": "either",
    "kit": [],
    "money": 0,
    "windows": WINDOWS,
    "minutes_per_week": 60,
    "energy": 3,
    "confidence": 6,
    "clearance": None,
}
#: Has a heart condition and has not asked a clinician yet.
BEN = ADA | {"age": 52, "conditions": ["heart"], "clearance": None}
#: Feels chest discomfort.
CLEO = ADA | {"age": 45, "symptoms": ["chest-discomfort"]}
#: Crashes for days after small efforts.
DANA = ADA | {"conditions": ["post-exertional-malaise"]}
#: Under eighteen.
ELI = ADA | {"age": 17}
#: Lives with an eating disorder.
FAY = ADA | {"conditions": ["eating-disorder"]}
#: Takes a beta-blocker and a tricyclic.
GUS = ADA | {"age": 67, "medicines": ["metoprolol", "amitriptyline"]}
#: Moves a lot already and is well.
HANA = ADA | {
    "active": {"days": 5, "minutes": 45},
    "likes": ["running", "strength"],
    "dislikes": [],
    "energy": 8,
    "phq9": 4,
}

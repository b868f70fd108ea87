"""The settings of the application, with data of its own, jobs done at once and a quick password hash."""

import os
import tempfile

# Whatever a person set in their shell, tests never touch real data.
os.environ["AMBULANDO_DATA"] = tempfile.mkdtemp(prefix="ambulando-tests-")
for name in (
    "AMBULANDO_EVIDENCE",
    "AMBULANDO_URL",
    "AMBULANDO_EMAIL_REQUIRED",
    "AMBULANDO_SMTP",
    "AMBULANDO_CALENDARS",
    "AMBULANDO_TURN",
    "AMBULANDO_CALLS",
    "AMBULANDO_CIRCLES",
):
    os.environ.pop(name, None)

from ambulando.web.settings import *  # noqa: E402, F403
from ambulando.web.settings import DATA, HUEY, STORAGES  # noqa: E402

HUEY = HUEY | {"immediate": True}
(DATA / "static").mkdir()  # as collectstatic would
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ACCOUNT_RATE_LIMITS = False

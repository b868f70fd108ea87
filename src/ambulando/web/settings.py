"""Settings of the web application. What an installation may change comes from environment variables:

AMBULANDO_DATA            where the data lies (see home.py)
AMBULANDO_URL             the public address, e.g. https://move.example.org; hosts, cookies and CSRF follow from it
AMBULANDO_EMAIL_REQUIRED  1 on an installation for many people: an address is asked for and checked
AMBULANDO_CALENDARS       addresses that a calendar may be read from, with spaces between them; none without it
AMBULANDO_TURN            addresses of a relay for calls (turn:host:3478), with spaces between them (docs/calls.md)
AMBULANDO_CALLS           the address of rooms with an outside provider of calls, with {room} in it; calls are made there then
AMBULANDO_CIRCLES         1 to offer circles: small groups of people who encourage each other (docs/circles.md)
AMBULANDO_SMTP            smtp://user:password@host:port to send e-mail; without it, mail is printed in the log
"""

import os
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ambulando.web.home import data_folder, secret_key

try:
    # Debian 12's SQLite can corrupt a WAL database when two connections write at once (fixed in 3.51.3);
    # the library bundled with pysqlite3 has the fix.
    import pysqlite3

    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2
except ImportError:  # a platform without its wheel uses the SQLite of Python
    pass

HERE = Path(__file__).resolve().parent
DATA = data_folder()
SECRET_KEY = secret_key(DATA)
DEBUG = False

PUBLIC = urlsplit(os.environ.get("AMBULANDO_URL", ""))
HTTPS = PUBLIC.scheme == "https"
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *([PUBLIC.hostname] if PUBLIC.hostname else [])]
CSRF_TRUSTED_ORIGINS = [f"{PUBLIC.scheme}://{PUBLIC.netloc}"] if PUBLIC.netloc else []
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 60 * 60 * 24 * 90  # a tired person should not have to sign in again and again
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if HTTPS else 0
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "ambulando.web.library.views.stale_form"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "channels",
    "csp",
    "django_htmx",
    "django_tasks",
    "huey.contrib.djhuey",
    "ambulando.web.people",
    "ambulando.web.journal",
    "ambulando.web.plans",
    "ambulando.web.comparisons",
    "ambulando.web.trials",
    "ambulando.web.help",
    "ambulando.web.signals",
    "ambulando.web.reminders",
    "ambulando.web.alongside",
    "ambulando.web.calendars",
    "ambulando.web.places",
    "ambulando.web.care.grants",
    "ambulando.web.care.circles",
    "ambulando.web.care.caseload",
    "ambulando.web.care.treatment",
    "ambulando.web.care.calls",
    "ambulando.web.care.threads",
    "ambulando.web.care.sealed",
    "ambulando.web.care.directory",
    "ambulando.web.care.walks",
    "ambulando.web.library",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "ambulando.web.help.middleware.help_comes",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "ambulando.web.people.middleware.own_time_zone",
    "ambulando.web.people.middleware.kept_by_nobody",
    "ambulando.web.care.calls.middleware.hears_nobody",
    "ambulando.web.help.middleware.says_for_whom",
    "ambulando.web.people.middleware.stays_signed_in",
    "ambulando.web.help.middleware.help_before_sign_in",
    "ambulando.web.people.middleware.signs_in_again",
]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],  # data: for the arrows that the style sheet draws
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "worker-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}

ROOT_URLCONF = "ambulando.web.urls"
ASGI_APPLICATION = "ambulando.web.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "ambulando.web.templatetags.words",
            ],
        },
    }
]

# One process, so its own memory carries what open pages are told.
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA / "ambulando.sqlite3",
        "OPTIONS": {
            # WAL with IMMEDIATE is the only setting under which parallel writers never meet "database is locked".
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Jobs: the django.tasks interface, carried out by huey from its own file, so that the queue never locks the diary.
HUEY = {
    "huey_class": "huey.SqliteHuey",
    "name": "ambulando",
    "immediate": False,
    "connection": {"filename": str(DATA / "jobs.sqlite3")},
}
TASKS = {
    "default": {
        "BACKEND": "huey.contrib.djhuey.tasks_backend.HueyBackend",
        "OPTIONS": {"enqueue_on_commit": False},  # later.py waits for it
    }
}

AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
SHORTEST_PASSWORD = 10
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": SHORTEST_PASSWORD},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
EMAIL_REQUIRED = os.environ.get("AMBULANDO_EMAIL_REQUIRED") == "1"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*" if EMAIL_REQUIRED else "email", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "ambulando.web.people.forms.SignupForm"
ACCOUNT_ADAPTER = "ambulando.web.people.account_forms.Adapter"
ACCOUNT_USERNAME_VALIDATORS = "ambulando.web.people.account_forms.USERNAME"
ACCOUNT_FORMS = {
    name: f"ambulando.web.people.account_forms.{form}"
    for name, form in {
        "login": "LoginForm",
        "signup": "SignupForm",
        "add_email": "AddEmailForm",
        "change_password": "ChangePasswordForm",
        "reset_password": "ResetPasswordForm",
        "reset_password_from_key": "ResetPasswordKeyForm",
        "reauthenticate": "ReauthenticateForm",
    }.items()
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if EMAIL_REQUIRED else "none"
ACCOUNT_SESSION_REMEMBER = True
LOGIN_REDIRECT_URL = "today"
LOGIN_URL = "account_login"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"

#: what the address of a calendar has to begin with to be read: calendar servers that the operator runs beside this one
CALENDARS = tuple(os.environ.get("AMBULANDO_CALENDARS", "").split())

#: addresses of a relay for calls, and where an outside provider's rooms are; see docs/calls.md
TURN = tuple(os.environ.get("AMBULANDO_TURN", "").split())
CALLS = os.environ.get("AMBULANDO_CALLS", "")

#: whether circles are offered
CIRCLES = os.environ.get("AMBULANDO_CIRCLES") == "1"

SMTP = urlsplit(os.environ.get("AMBULANDO_SMTP", ""))
SENDS_EMAIL = bool(SMTP.hostname)
if SENDS_EMAIL:
    EMAIL_HOST, EMAIL_PORT = SMTP.hostname, SMTP.port or 587
    EMAIL_USE_SSL = EMAIL_PORT == 465
    EMAIL_USE_TLS = EMAIL_PORT not in (25, 465)
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(SMTP.username or ""), unquote(SMTP.password or "")
else:
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
#: seconds that a mail server has to answer: neither a page nor the worker waits for one that hangs
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = f"ambulando@{PUBLIC.hostname or 'localhost'}"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [HERE / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [HERE / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    # Requests are not logged: their addresses and times would tell about a person's days.
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "short", "filters": ["no_secrets"]}
    },
    "filters": {"no_secrets": {"()": "ambulando.web.care.grants.quiet.WithoutSecrets"}},
    "formatters": {"short": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
SILENCED_SYSTEM_CHECKS = ["account.W001"]

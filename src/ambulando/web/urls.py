from django.urls import include, path

from ambulando.web.operate import operate

urlpatterns = [
    path("account/", include("allauth.account.urls")),
    path("operate/", operate, name="operate"),
    path("", include("ambulando.web.people.urls")),
    path("", include("ambulando.web.journal.urls")),
    path("", include("ambulando.web.plans.urls")),
    path("", include("ambulando.web.comparisons.urls")),
    path("", include("ambulando.web.trials.urls")),
    path("", include("ambulando.web.help.urls")),
    path("", include("ambulando.web.signals.urls")),
    path("", include("ambulando.web.reminders.urls")),
    path("", include("ambulando.web.alongside.urls")),
    path("", include("ambulando.web.calendars.urls")),
    path("", include("ambulando.web.places.urls")),
    path("", include("ambulando.web.care.grants.urls")),
    path("", include("ambulando.web.care.circles.urls")),
    path("", include("ambulando.web.care.threads.urls")),
    path("", include("ambulando.web.care.caseload.urls")),
    path("", include("ambulando.web.care.treatment.urls")),
    path("", include("ambulando.web.care.calls.urls")),
    path("", include("ambulando.web.care.sealed.urls")),
    path("", include("ambulando.web.care.directory.urls")),
    path("", include("ambulando.web.care.walks.urls")),
    path("", include("ambulando.web.library.urls")),
]

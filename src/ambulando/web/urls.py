from django.urls import include, path

urlpatterns = [
    path("account/", include("allauth.account.urls")),
    path("", include("ambulando.web.people.urls")),
    path("", include("ambulando.web.journal.urls")),
    path("", include("ambulando.web.plans.urls")),
    path("", include("ambulando.web.library.urls")),
]

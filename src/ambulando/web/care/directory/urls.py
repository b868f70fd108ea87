from django.urls import path

from ambulando.web.care.directory import practice, views

urlpatterns = [
    path("find/", views.find, name="find"),
    path("find/<int:pk>/", views.ask, name="ask_clinician"),
    path("find/requests/<int:pk>/back/", views.take_back, name="take_request_back"),
    path("find/stop/<int:grant>/", views.stop, name="stop_with"),
    path("practice/", practice.practice, name="practice"),
    path("practice/profile/", practice.profile, name="practice_profile"),
    path("practice/places/", practice.places, name="practice_places"),
    path("practice/requests/<int:pk>/", practice.one_request, name="practice_request"),
    path("practice/requests/<int:pk>/accept/", practice.accept, name="accept_request"),
    path("practice/requests/<int:pk>/decline/", practice.decline, name="decline_request"),
    path("practice/verify/", practice.verify, name="verify_clinicians"),
    path("practice/verify/<int:pk>/", practice.decide, name="decide_clinician"),
]

from django.urls import path

from ambulando.web.people import views

urlpatterns = [
    path("", views.welcome, name="welcome"),
    path("start/safety/", views.onboard_safety, name="onboard_safety"),
    path("start/likes/", views.onboard_likes, name="onboard_likes"),
    path("you/", views.you, name="you"),
    path("you/sharing/", views.sharing, name="sharing"),
    path("you/leave/", views.leave, name="leave"),
]

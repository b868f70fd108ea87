from django.urls import path

from ambulando.web.reminders import views

urlpatterns = [
    path("you/reminders/", views.reminders, name="reminders"),
    path("you/reminders/pause/", views.pause, name="reminders_pause"),
    path("you/reminders/resume/", views.resume, name="reminders_resume"),
    path("you/reminders/try/", views.send_one, name="reminders_try"),
    path("you/reminders/off/", views.turn_off, name="reminders_off"),
    path("you/reminders/device/", views.add_device, name="reminders_device"),
    path("you/reminders/device/remove/", views.remove_device, name="reminders_device_remove"),
    # without signing in: from a notification, from a mail, from the service worker
    path("reminders/device/", views.replace_device, name="reminders_device_replace"),
    path("reminders/<str:text>/", views.link, name="reminder_link"),
]

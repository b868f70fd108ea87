from django.urls import path

from ambulando.web.plans import lending, stopping, views

urlpatterns = [
    path("today/", views.today, name="today"),
    path("today/quiet/", views.quiet, name="quiet"),
    path("week/", views.week, name="week"),
    path("week/remake/", views.remake, name="remake"),
    path("week/sharing/", lending.lending, name="lending"),
    path("sessions/<int:pk>/", views.session, name="session"),
    path("sessions/<int:pk>/why/", views.why, name="why"),
    path("sessions/<int:pk>/start/", views.start, name="start"),
    path("sessions/<int:pk>/smaller/", views.smaller, name="smaller"),
    path("sessions/<int:pk>/swap/", views.swap, name="swap"),
    path("sessions/<int:pk>/done/", views.done, name="done"),
    path("sessions/<int:pk>/feeling/", views.feeling, name="feeling"),
    path("sessions/<int:pk>/effort/", views.effort, name="effort"),
    path("sessions/<int:pk>/not-today/", views.not_today, name="not_today"),
    path("sessions/<int:pk>/undo/", views.undo, name="undo"),
    path("sessions/<int:pk>/stop/", stopping.stop, name="stop"),
    path("sessions/<int:pk>/stopped/", stopping.stopped, name="stopped"),
    path("stop/", stopping.stop_signs, name="stop_signs"),
    path("today/flare/", stopping.flare, name="flare"),
    path("progress/", views.show_progress, name="progress"),
    path("progress/time-line.json", views.time_line, name="time_line"),
    path("progress/answer/", views.how_do_you_know, name="answer"),
]

from django.urls import path

from ambulando.web.care.calls import planned_views, views

urlpatterns = [
    path("calls/", views.calls, name="calls"),
    path("calls/check/", views.check, name="calls_check"),
    path("calls/with/<int:grant>/", views.with_one, name="calls_with"),
    path("calls/with/<int:grant>/start/", views.start, name="call_start"),
    path("calls/with/<int:grant>/plan/", planned_views.plan, name="call_plan"),
    path("calls/planned/<int:pk>/accept/", planned_views.accept, name="call_accept"),
    path("calls/planned/<int:pk>/another/", planned_views.another, name="call_another"),
    path("calls/planned/<int:pk>/call-off/", planned_views.call_off, name="call_call_off"),
    path("calls/planned/<int:pk>/call.ics", planned_views.file, name="call_file"),
    path("calls/<int:call>/", views.call, name="call"),
    path("calls/<int:call>/ringing/", views.ringing, name="call_ringing"),
    path("calls/<int:call>/answer/", views.answer, name="call_answer"),
    path("calls/<int:call>/decline/", views.decline, name="call_decline"),
    path("calls/<int:call>/end/", views.end, name="call_end"),
    path("calls/<int:call>/relay/", views.relay, name="call_relay"),
]

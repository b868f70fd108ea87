"""The addresses of sockets, beside those of pages in ``urls.py``."""

from django.urls import path

from ambulando.web.care.calls.socket import Signal
from ambulando.web.care.grants.socket import Report
from ambulando.web.care.live import Live

socket_urlpatterns = [
    path("ws/live/", Live.as_asgi(), name="live"),
    path("ws/report/<str:word>/", Report.as_asgi(), name="report_live"),
    path("ws/calls/<int:call>/", Signal.as_asgi(), name="call_signal"),
]

from django.urls import path

from ambulando.web.care.grants import reading, views

urlpatterns = [
    path("team/", views.team, name="team"),
    path("team/ask/", views.ask, name="ask_in"),
    path("team/ask/report/", views.ask_report, name="ask_report"),
    path("team/looks/", views.looks, name="looks"),
    path("team/<int:pk>/", views.grant, name="grant"),
    path("team/<int:pk>/change/", views.change, name="change_grant"),
    path("team/<int:pk>/confirm/", views.confirm, name="confirm_grant"),
    path("team/<int:pk>/again/", views.again, name="invite_again"),
    path("team/<int:pk>/end/", views.end, name="end_grant"),
    path("in/", reading.type_code, name="type_code"),
    path("in/<str:code>/", reading.invitation, name="invitation"),
    path("people/<int:pk>/agreement/", reading.agreement, name="agreement"),
    path("report/<str:word>/", reading.report_by_link, name="report_by_link"),
]

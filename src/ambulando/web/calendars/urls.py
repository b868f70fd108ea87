from django.urls import path

from ambulando.web.calendars import views

urlpatterns = [
    path("calendar/", views.calendar, name="calendar"),
    path("calendar/open/", views.open_feed, name="open_feed"),
    path("calendar/new-address/", views.new_address, name="new_address"),
    path("calendar/discreet/", views.discreet, name="discreet"),
    path("calendar/close/", views.close_feed, name="close_feed"),
    path("calendar/add/", views.add, name="add_calendar"),
    path("calendar/<int:pk>/refresh/", views.refresh, name="refresh_calendar"),
    path("calendar/<int:pk>/remove/", views.remove, name="remove_calendar"),
    path("calendar/plan.ics", views.download, name="plan_file"),
    path("plan/<str:token>.ics", views.feed, name="feed"),
]

from django.urls import path

from ambulando.web.care.walks import lead, views

urlpatterns = [
    path("walks/", views.walks, name="walks"),
    path("walks/by/<slug:code>/", views.by_code, name="walk_by_code"),
    path("walks/<int:pk>/", views.walk, name="walk"),
    path("walks/<int:pk>/say/", views.say, name="walk_say"),
    path("walks/<int:pk>/seen/", views.seen, name="walk_seen"),
    path("walks/<int:pk>/leave/", views.leave, name="leave_walk"),
    path("walks/<int:pk>/times.ics", views.ics, name="walk_times"),
    path("walks/lead/", lead.led, name="walks_led"),
    path("walks/lead/new/", lead.new, name="new_walk"),
    path("walks/lead/<int:pk>/", lead.one, name="walk_led"),
    path("walks/lead/<int:pk>/change/", lead.change, name="change_walk"),
    path("walks/lead/<int:pk>/post/", lead.post, name="post_to_walk"),
    path("walks/lead/<int:pk>/cancel/", lead.cancel, name="cancel_walk"),
    path("walks/lead/<int:pk>/end/", lead.end, name="end_walk"),
    path("walks/lead/<int:pk>/times.ics", lead.ics, name="led_times"),
]

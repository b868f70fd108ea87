from django.urls import path

from ambulando.web.trials import staff, views

urlpatterns = [
    path("join/", views.find, name="find_group"),
    path("join/<slug:code>/", views.join, name="join"),
    path("groups/<int:pk>/", views.membership, name="membership"),
    path("groups/<int:pk>/leave/", views.leave, name="leave_group"),
    path("trials/", staff.trials, name="trials"),
    path("trials/new/<slug:question>/", staff.new, name="new_trial"),
    path("trials/<int:pk>/", staff.trial, name="trial"),
    path("trials/<int:pk>/change/", staff.change, name="change_trial"),
    path("trials/<int:pk>/rows.csv", staff.rows, name="trial_rows"),
]

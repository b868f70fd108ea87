from django.urls import path

from ambulando.web.care.circles import moderating, views

urlpatterns = [
    path("circles/", views.circles, name="circles"),
    path("circles/join/<slug:code>/", views.join, name="join_circle"),
    path("circles/<int:pk>/", views.circle, name="circle"),
    path("circles/<int:pk>/people/", views.people, name="circle_people"),
    path("circles/<int:pk>/people/<int:other>/mute/", views.mute, name="mute_in_circle"),
    path("circles/<int:pk>/posts/<int:post>/remove/", views.remove_own, name="remove_own_post"),
    path("circles/<int:pk>/posts/<int:post>/report/", views.report, name="report_post"),
    path("circles/<int:pk>/leave/", views.leave, name="leave_circle"),
    path("circles/<int:pk>/care/", moderating.care, name="circle_care"),
    path("circles/<int:pk>/care/new-code/", moderating.new_code, name="new_circle_code"),
    path("circles/<int:pk>/care/posts/<int:post>/", moderating.take_down, name="take_down_post"),
    path("circles/<int:pk>/care/reports/<int:report>/seen/", moderating.saw, name="saw_report"),
    path("circles/<int:pk>/care/people/<int:other>/", moderating.take_out, name="take_out_of_circle"),
    path("circles/<int:pk>/care/close/", moderating.close, name="close_circle"),
    path("circles/manage/", moderating.manage, name="manage_circles"),
    path("circles/manage/<int:pk>/", moderating.manage_one, name="manage_circle"),
]

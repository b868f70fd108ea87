from django.urls import path

from ambulando.web.help import views

urlpatterns = [
    path("help/", views.help_page, name="help"),
    path("help/now/", views.not_safe_now, name="help_now"),
    path("help/plan/", views.own_plan, name="own_plan"),
    path("help/plan/change/", views.change_own_plan, name="change_own_plan"),
    path("help/alert/", views.alert, name="alert"),
    path("help/alert/<int:pk>/seen/", views.saw_unreached, name="saw_unreached"),
    path("help/day-after/", views.day_after, name="day_after"),
    path("help/kept/", views.what_we_keep, name="what_we_keep"),
    path("help/kept/remove/", views.forget_all, name="forget_all"),
    path("help/kept/<slug:kind>/<int:pk>/remove/", views.forget, name="forget"),
    path("help/answers/", views.waiting_answers, name="waiting_answers"),
    path("offline/", views.offline, name="offline"),
    path("sw.js", views.service_worker, name="service_worker"),
    path("assessments/<int:pk>/help/", views.assessment_help, name="assessment_help"),
    path("assessments/<int:pk>/help/word/", views.word, name="word"),
]

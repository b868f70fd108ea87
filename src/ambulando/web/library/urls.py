from django.urls import path

from ambulando.web.library import questions, views

urlpatterns = [
    path("about/", views.about, name="about"),
    path("why/", views.evidence, name="evidence"),
    path("why/rows/<slug:analysis_id>/", views.rows, name="rows"),
    path("why/row/<slug:row_id>/", views.row, name="row"),
    path("why/published/", views.published, name="published"),
    path("why/sources/", views.sources, name="sources"),
    path("why/rules/", views.rules, name="rules"),
    path("why/activities/", views.activities, name="activities"),
    path("why/claims/", questions.claims, name="claims"),
    path(
        "why/figures/<int:publication>/<slug:name>-<slug:theme>-<slug:width>.svg", views.figure, name="figure"
    ),
    # after the others, whose names no question has
    path("why/<slug:question_id>/", questions.question, name="question"),
]

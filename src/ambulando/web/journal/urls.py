from django.urls import path

from ambulando.web.journal import views

urlpatterns = [
    path("check-in/", views.check_in, name="check_in"),
    path("journal/", views.journal, name="journal"),
    path("journal/check-ins/<int:pk>/", views.change_check_in, name="change_check_in"),
    path("journal/check-ins/<int:pk>/remove/", views.remove_check_in, name="remove_check_in"),
    path("journal/add/", views.add_bout, name="add_bout"),
    path("journal/import/", views.import_files, name="import_files"),
    path("journal/bouts/<int:pk>/", views.change_bout, name="change_bout"),
    path("journal/bouts/<int:pk>/remove/", views.remove_bout, name="remove_bout"),
    path("questions/", views.questionnaires, name="questionnaires"),
    path("questions/<slug:instrument_id>/", views.questionnaire, name="questionnaire"),
    path("assessments/<int:pk>/", views.assessment, name="assessment"),
    path("assessments/<int:pk>/help/", views.assessment_help, name="assessment_help"),
    path("assessments/<int:pk>/remove/", views.remove_assessment, name="remove_assessment"),
]

from django.urls import path

from ambulando.web.journal import questionnaires, views

urlpatterns = [
    path("check-in/", views.check_in, name="check_in"),
    path("journal/", views.journal, name="journal"),
    path("journal/check-ins/<int:pk>/", views.change_check_in, name="change_check_in"),
    path("journal/check-ins/<int:pk>/remove/", views.remove_check_in, name="remove_check_in"),
    path("journal/add/", views.add_bout, name="add_bout"),
    path("journal/import/", views.import_files, name="import_files"),
    path("journal/bouts/<int:pk>/", views.change_bout, name="change_bout"),
    path("journal/bouts/<int:pk>/remove/", views.remove_bout, name="remove_bout"),
    path("questions/", questionnaires.questionnaires, name="questionnaires"),
    path("questions/<slug:instrument_id>/", questionnaires.questionnaire, name="questionnaire"),
    path("questions/<slug:instrument_id>/skip/", questionnaires.skip, name="skip_questionnaire"),
    path("questions/<slug:instrument_id>/pause/", questionnaires.pause, name="pause_questionnaire"),
    path("questions/<slug:instrument_id>/want/", questionnaires.want, name="want_questionnaire"),
    path("assessments/<int:pk>/", questionnaires.assessment, name="assessment"),
    path("assessments/<int:pk>/remove/", questionnaires.remove_assessment, name="remove_assessment"),
]

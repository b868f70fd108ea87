from django.urls import path

from ambulando.web.care.caseload import note_views, views

urlpatterns = [
    path("people/", views.caseload, name="caseload"),
    path("people/notes/", note_views.own_notes, name="own_notes"),
    path("people/notes/<int:pk>/remove/", note_views.remove_note, name="remove_note"),
    path("people/<int:grant>/", views.person, name="one_person"),
    path("people/<int:grant>/assessments/", views.assessments, name="shared_assessments"),
    path("people/<int:grant>/signals/<int:pk>/seen/", views.acknowledge, name="acknowledge_signal"),
    path("people/<int:grant>/report/", views.report, name="shared_report"),
    path("people/<int:grant>/export.zip", views.export, name="shared_export"),
    path("people/<int:grant>/notes/", note_views.notes, name="reader_notes"),
    path("people/<int:grant>/notes/<int:pk>/", note_views.note, name="reader_note"),
    path("team/notes/", note_views.shared_notes, name="shared_notes"),
]

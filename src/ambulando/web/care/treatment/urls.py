from django.urls import path

from ambulando.web.care.treatment import views

urlpatterns = [
    path("people/<int:grant>/treatment/", views.treatment_of, name="treatment_of"),
    path("people/<int:grant>/treatment/review/", views.review_of, name="review_of"),
    path("people/<int:grant>/treatment/add/<slug:kind>/", views.add_part, name="add_part"),
    path("people/<int:grant>/treatment/<int:pk>/", views.change_part, name="change_part"),
    path("people/<int:grant>/treatment/<int:pk>/end/", views.end_part, name="end_part"),
    path("treatment/", views.treatment, name="treatment"),
    path("treatment/review/", views.own_review, name="own_review"),
    path("treatment/<int:pk>/answer/", views.answer_part, name="answer_part"),
    path("treatment/<int:pk>/words/", views.part_words, name="part_words"),
]

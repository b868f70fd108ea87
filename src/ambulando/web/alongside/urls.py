from django.urls import path

from ambulando.web.alongside import views

urlpatterns = [
    path("alongside/", views.alongside, name="alongside"),
    path("alongside/homework/", views.add_homework, name="add_homework"),
    path("alongside/homework/<int:pk>/remove/", views.end_homework, name="end_homework"),
    path("alongside/asked/", views.ask, name="asked"),
    path("alongside/asked/<int:pk>/remove/", views.end_asked, name="end_asked"),
    path("alongside/other-help/", views.other_help, name="other_help"),
    path("alongside/word/<int:pk>/away/", views.put_away, name="put_word_away"),
]

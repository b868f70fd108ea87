from django.urls import path

from ambulando.web.signals import views

urlpatterns = [
    path("you/signals/", views.signals, name="signals"),
    path("you/signals/remove/", views.remove_all, name="remove_signals"),
    path("you/signals/looking/", views.looking, name="looking"),
    path("you/signals/<int:pk>/away/", views.put_away, name="put_signal_away"),
    path("you/signals/<int:pk>/remove/", views.remove, name="remove_signal"),
]

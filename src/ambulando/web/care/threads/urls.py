from django.urls import path

from ambulando.web.care.threads import views

urlpatterns = [
    path("messages/", views.messages, name="messages"),
    path("messages/settings/", views.settings, name="message_settings"),
    path("messages/hours/", views.hours, name="message_hours"),
    path("messages/with/<int:grant>/", views.write_to, name="message_with"),
    path("messages/<int:pk>/", views.thread, name="thread"),
    path("messages/<int:pk>/send/", views.send, name="thread_send"),
    path("messages/<int:pk>/read/", views.read, name="thread_read"),
    path("messages/<int:pk>/as-i-like/", views.want, name="thread_want"),
    path("messages/<int:pk>/export.<str:form>", views.export, name="thread_export"),
    path("messages/<int:pk>/<int:message>/file/", views.file, name="thread_file"),
    path("messages/<int:pk>/<int:message>/back/", views.take_back, name="thread_take_back"),
]

from django.urls import path

from ambulando.web.care.sealed import views

urlpatterns = [
    path("messages/key/", views.key, name="sealing_key"),
    path("messages/key/record/", views.key_record, name="sealing_key_record"),
    path("messages/key/passphrase/", views.passphrase, name="sealing_passphrase"),
    path("messages/<int:thread>/seal/", views.seal, name="seal"),
    path("messages/<int:thread>/seal/keys/", views.seal_keys, name="seal_keys"),
    path("messages/<int:thread>/seal/all/", views.seal_all, name="seal_all"),
]

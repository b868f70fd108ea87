from django.apps import AppConfig


class Places(AppConfig):
    name = "ambulando.web.places"

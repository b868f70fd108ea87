from django.apps import AppConfig


class SealedConfig(AppConfig):
    name = "ambulando.web.care.sealed"
    label = "sealed"

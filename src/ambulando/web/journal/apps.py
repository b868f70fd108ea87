from django.apps import AppConfig


class Journal(AppConfig):
    name = "ambulando.web.journal"

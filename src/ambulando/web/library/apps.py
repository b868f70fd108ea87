from django.apps import AppConfig


class Library(AppConfig):
    name = "ambulando.web.library"

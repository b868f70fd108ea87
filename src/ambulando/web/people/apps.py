from django.apps import AppConfig


class People(AppConfig):
    name = "ambulando.web.people"

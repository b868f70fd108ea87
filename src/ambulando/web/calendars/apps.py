from django.apps import AppConfig


class Calendars(AppConfig):
    name = "ambulando.web.calendars"

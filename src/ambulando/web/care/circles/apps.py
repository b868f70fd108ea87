from django.apps import AppConfig


class CirclesConfig(AppConfig):
    name = "ambulando.web.care.circles"
    label = "circles"

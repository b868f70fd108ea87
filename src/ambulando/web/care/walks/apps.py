from django.apps import AppConfig


class WalksConfig(AppConfig):
    name = "ambulando.web.care.walks"
    label = "walks"

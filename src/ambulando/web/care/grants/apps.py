from django.apps import AppConfig


class GrantsConfig(AppConfig):
    name = "ambulando.web.care.grants"
    label = "grants"

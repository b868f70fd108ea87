from django.apps import AppConfig


class GrantsConfig(AppConfig):
    name = "ambulando.web.care.grants"
    label = "grants"

    def ready(self) -> None:
        from ambulando.web.care.grants import signals  # noqa: F401 - it listens

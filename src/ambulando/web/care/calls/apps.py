from django.apps import AppConfig
from django.conf import settings


class CallsConfig(AppConfig):
    name = "ambulando.web.care.calls"
    label = "calls"

    def ready(self) -> None:
        if settings.TURN:  # the operator copies it into the relay's configuration, before the first call
            from ambulando.web.care.calls import turn

            turn.secret()

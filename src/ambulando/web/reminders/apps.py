from django.apps import AppConfig


class Reminders(AppConfig):
    name = "ambulando.web.reminders"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_out

        from ambulando.web.reminders import this_device

        user_logged_out.connect(this_device.signed_out, weak=False, dispatch_uid="reminders_signed_out")

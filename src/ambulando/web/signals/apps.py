from django.apps import AppConfig


class Signals(AppConfig):
    name = "ambulando.web.signals"

    def ready(self) -> None:
        from ambulando.web.journal.signals import changed
        from ambulando.web.later import later
        from ambulando.web.signals.jobs import look_again

        def on_change(sender, person, **_):
            later(look_again, person.pk)

        changed.connect(on_change, weak=False, dispatch_uid="look_again")

from django.apps import AppConfig


class Signals(AppConfig):
    name = "ambulando.web.signals"

    def ready(self) -> None:
        from ambulando.web.journal.signals import changed
        from ambulando.web.signals.jobs import look_again

        def on_change(sender, person, **_):
            look_again.enqueue(person.pk)

        changed.connect(on_change, weak=False, dispatch_uid="look_again")

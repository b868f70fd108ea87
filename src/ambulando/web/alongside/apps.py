from django.apps import AppConfig


class Alongside(AppConfig):
    name = "ambulando.web.alongside"

    def ready(self) -> None:
        from ambulando.web.alongside.jobs import look_again
        from ambulando.web.journal.signals import changed
        from ambulando.web.later import later

        def on_change(sender, person, **_):
            later(look_again, person.pk)

        changed.connect(on_change, weak=False, dispatch_uid="look_if_it_moved")

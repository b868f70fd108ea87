from django.apps import AppConfig
from django.utils import timezone


class Plans(AppConfig):
    name = "ambulando.web.plans"

    def ready(self) -> None:
        from ambulando.web.journal.models import CheckIn
        from ambulando.web.journal.signals import changed
        from ambulando.web.plans import actions
        from ambulando.web.plans.jobs import refresh_answer

        def on_change(sender, person, **_):
            if sender is CheckIn and person.onboarded_at:
                actions.adapt(person, timezone.localdate(timezone=person.zone))
            refresh_answer.enqueue(person.pk)

        changed.connect(on_change, weak=False, dispatch_uid="refresh_answer")

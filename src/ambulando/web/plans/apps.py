from django.apps import AppConfig
from django.utils import timezone


class Plans(AppConfig):
    name = "ambulando.web.plans"

    def ready(self) -> None:
        from ambulando.web.journal.models import Assessment, Bout, CheckIn
        from ambulando.web.journal.signals import changed
        from ambulando.web.later import later
        from ambulando.web.plans import actions, answers
        from ambulando.web.plans.jobs import refresh_answer

        def on_change(sender, person, **_):
            answers.leave_behind(person)
            if person.onboarded_at:
                today = timezone.localdate(timezone=person.zone)
                if sender is CheckIn:
                    actions.adapt(person, today)
                elif sender is Assessment:
                    actions.keep_safe(person, today)
                elif sender is Bout:
                    actions.reopen(person)
            later(refresh_answer, person.pk)

        changed.connect(on_change, weak=False, dispatch_uid="refresh_answer")

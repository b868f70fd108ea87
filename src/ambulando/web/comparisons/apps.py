from django.apps import AppConfig


class Comparisons(AppConfig):
    name = "ambulando.web.comparisons"

    def ready(self) -> None:
        from django.db.models.signals import post_save

        from ambulando.web.comparisons import actions
        from ambulando.web.comparisons.jobs import look_at, make_result
        from ambulando.web.comparisons.models import Comparison
        from ambulando.web.journal.models import Bout
        from ambulando.web.journal.signals import changed
        from ambulando.web.later import later
        from ambulando.web.plans.models import Session

        def on_change(sender, person, **_):
            for pk, state in person.comparisons.values_list("pk", "state"):
                if state != Comparison.RUNNING:  # what was told late, or put right, counts in its answer too
                    later(make_result, pk)
                    continue
                if sender is Bout:
                    actions.follow_all(person)
                later(look_at, pk)

        def on_session(sender, instance, created, **_):
            if not created or instance.instead_of_id:
                actions.follow(instance)

        changed.connect(on_change, weak=False, dispatch_uid="look_at_comparison")
        post_save.connect(on_session, sender=Session, weak=False, dispatch_uid="draw_follows_session")

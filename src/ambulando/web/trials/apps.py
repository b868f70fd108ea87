from typing import Any

from django.apps import AppConfig


class Trials(AppConfig):
    name = "ambulando.web.trials"

    def ready(self) -> None:
        from django.db.models.signals import post_delete, pre_delete

        from ambulando.web.comparisons.models import Comparison
        from ambulando.web.trials import actions
        from ambulando.web.trials.models import Membership

        def on_removed(instance: Membership, **_: Any) -> None:
            """Who removes their account leaves every group with it."""
            actions.forget(instance)

        def on_comparison_removed(instance: Comparison, **_: Any) -> None:
            """Who removes a comparison takes it out of its group too."""
            for membership in Membership.objects.filter(comparison=instance):
                actions.forget(membership)

        pre_delete.connect(
            on_comparison_removed, sender=Comparison, weak=False, dispatch_uid="forget_what_was_removed"
        )
        post_delete.connect(on_removed, sender=Membership, weak=False, dispatch_uid="forget_who_left")

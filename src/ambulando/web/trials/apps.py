from typing import Any

from django.apps import AppConfig


class Trials(AppConfig):
    name = "ambulando.web.trials"

    def ready(self) -> None:
        from django.db.models.signals import post_delete

        from ambulando.web.trials import actions
        from ambulando.web.trials.models import Membership

        def on_removed(instance: Membership, **_: Any) -> None:
            """Who removes their account leaves every group with it."""
            actions.forget(instance)

        post_delete.connect(on_removed, sender=Membership, weak=False, dispatch_uid="forget_who_left")

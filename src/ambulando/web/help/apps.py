from typing import Any

from django.apps import AppConfig
from django.utils import timezone


class Help(AppConfig):
    name = "ambulando.web.help"

    def ready(self) -> None:
        from django.db.models.signals import post_save

        from ambulando.web.help import actions
        from ambulando.web.help.jobs import send_alert
        from ambulando.web.journal.models import Assessment
        from ambulando.web.later import later

        def on_kept(instance: Assessment, created: bool, raw: bool, **_: Any) -> None:
            """Answers that led to help, however they came in: the reader is told where the person asked for it."""
            new = created and instance.help_shown and not raw
            if new and (word := actions.alert(instance.person, instance, timezone.now())):
                later(send_alert, word.pk)

        post_save.connect(on_kept, sender=Assessment, weak=False, dispatch_uid="tell_reader_of_item9")

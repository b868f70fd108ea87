"""``ambulando manage account NAME off``: nobody signs in with it, and nobody reads what it shares, until it is on again."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ambulando.web.people.models import Person


class Command(BaseCommand):
    help = (
        "Turn an account off, or on again. While it is off nobody signs in with it, nobody reads what it shares, and its "
        "links to reports open nothing. All of it is kept."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="The name that the person signs in with.")
        parser.add_argument("turn", choices=["on", "off"], help="Which of the two.")

    def handle(self, *args: Any, name: str, turn: str, **options: Any) -> None:
        if not Person.objects.filter(username=name).update(is_active=turn == "on"):
            raise CommandError(f"There is nobody called '{name}' on this installation.")
        if turn == "on":
            self.stdout.write(f"{name} is on. What it shares is read again by whom it let in, as before.")
        else:
            self.stdout.write(
                f"{name} is off. Nobody reads what it shares, and nobody signs in with it. All is kept."
            )

"""``ambulando manage operator NAME``: who sees the page of those who run this installation."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ambulando.web.people.models import Person


class Command(BaseCommand):
    help = "Let a person see the operator's page, or with --not no longer."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="The name that the person signs in with.")
        parser.add_argument("--not", action="store_false", dest="may", help="Take it away again.")

    def handle(self, *args: Any, name: str, may: bool, **options: Any) -> None:
        if not Person.objects.filter(username=name).update(is_staff=may):
            raise CommandError(f"There is nobody called '{name}' on this installation.")
        self.stdout.write(f"{name} {'sees' if may else 'no longer sees'} the operator's page.")

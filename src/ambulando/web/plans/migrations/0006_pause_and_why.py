"""Days on which a plan rests, and why it was not the day."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("plans", "0005_answer_changes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="session",
            name="why",
            field=models.CharField(
                blank=True,
                choices=[
                    ("energy", "energy"),
                    ("pain", "pain"),
                    ("time", "time"),
                    ("weather", "weather"),
                    ("mood", "mood"),
                    ("ill", "ill"),
                    ("other", "other"),
                    ("skipped", "skipped"),
                ],
                default="",
                max_length=8,
            ),
        ),
        migrations.CreateModel(
            name="Pause",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("starts", models.DateField()),
                ("ends", models.DateField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pauses",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-starts"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ends", None)),
                        fields=("person",),
                        name="one_open_pause_for_each_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends", None), ("ends__gt", models.F("starts")), _connector="OR"),
                        name="a_pause_ends_after_it_starts",
                    ),
                ],
            },
        ),
    ]

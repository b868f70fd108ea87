"""How often the diary changed since an answer was first made, and how often when its days were read."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("plans", "0004_decision")]

    operations = [
        migrations.AddField(
            model_name="answer",
            name="changes",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="answer",
            name="changes_read",
            field=models.PositiveIntegerField(default=0),
        ),
    ]

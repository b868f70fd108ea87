"""Which way round the seasons go where somebody lives, and the day on which they told of the weather."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_shares_numbers"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="hemisphere",
            field=models.CharField(blank=True, default="", max_length=8),
        ),
        migrations.AddField(
            model_name="person",
            name="weather_on",
            field=models.DateField(null=True),
        ),
    ]

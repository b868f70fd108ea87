"""Two things of a day that its mood is read with: whether the person was ill, and whether a medicine changed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("journal", "0003_stress_feeling_offer")]

    operations = [
        migrations.AddField(
            model_name="checkin",
            name="ill",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="checkin",
            name="medicine_changed",
            field=models.BooleanField(default=False),
        ),
    ]

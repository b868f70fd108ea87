"""Whether something that was done hurt, where the person says so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("journal", "0004_ill_and_medicine")]

    operations = [
        migrations.AddField(
            model_name="bout",
            name="pain",
            field=models.BooleanField(blank=True, null=True),
        ),
    ]

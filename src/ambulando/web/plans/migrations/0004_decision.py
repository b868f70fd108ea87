import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('plans', '0003_stop_now'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('kind', models.CharField(choices=[('activity', 'activity'), ('swap', 'swap')], default='activity', max_length=8)),
                ('available', models.BooleanField()),
                ('options', models.JSONField(default=list)),
                ('chosen', models.CharField(blank=True, max_length=64)),
                ('probability', models.FloatField(null=True)),
                ('reason', models.CharField(blank=True, max_length=16)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='decisions', to=settings.AUTH_USER_MODEL)),
                ('session', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='decisions', to='plans.session')),
            ],
            options={
                'ordering': ['day', 'pk'],
                'indexes': [models.Index(fields=['person', 'day'], name='plans_decis_person__d63fb6_idx')],
            },
        ),
        migrations.CreateModel(
            name='Lending',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField(auto_now_add=True)),
                ('written_at', models.DateTimeField(null=True)),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='lending', to=settings.AUTH_USER_MODEL)),
            ],
        ),
    ]

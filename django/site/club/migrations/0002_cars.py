"""A proxy of cars and a child of theirs, as `makemigrations` writes them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("club", "0001_initial"), ("drivers", "0002_service")]

    operations = [
        migrations.CreateModel(
            name="Truck",
            fields=[
                (
                    "car_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="drivers.car",
                    ),
                ),
                ("payload", models.IntegerField()),
            ],
            bases=("drivers.car",),
        ),
        migrations.CreateModel(
            name="SportsCar",
            fields=[],
            options={"proxy": True, "indexes": [], "constraints": []},
            bases=("drivers.car",),
        ),
    ]

"""Services, which the program in Rust may know or not."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("drivers", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Service",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("cost", models.DecimalField(decimal_places=2, max_digits=10)),
                ("paid", models.BooleanField(default=False)),
                ("reference", models.UUIDField()),
            ],
        ),
    ]

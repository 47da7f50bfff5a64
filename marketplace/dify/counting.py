"""How often releases are installed: counted when a package is handed out as a whole, or a Dify says so."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from marketplace.models import InstallDay, Plugin, Release


@transaction.atomic
def count_install(release: Release) -> None:
    """One more, today, for the release and its plugin. Always in this order, so that no two wait for each other."""
    day, _ = InstallDay.objects.get_or_create(release=release, day=timezone.now().date())
    InstallDay.objects.filter(pk=day.pk).update(installs=F("installs") + 1)
    Release.objects.filter(pk=release.pk).update(install_count=F("install_count") + 1)
    Plugin.objects.filter(pk=release.plugin_id).update(install_count=F("install_count") + 1)

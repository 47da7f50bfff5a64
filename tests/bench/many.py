"""Many plugins at once, with words that occur as often as words do, some of them Chinese."""

import random
from datetime import timedelta
from itertools import batched
from uuid import uuid4

from django.db import connection
from django.utils import timezone

from marketplace.catalogue.kinds import KINDS, TAGS
from marketplace.models import InstallDay, Organization, Plugin, PluginTag, Release
from tests.catalogue.rows import declaration

BATCH = 2000
WORDS, PUBLISHERS = 4000, 400
SOUNDS = [consonant + vowel for consonant in "bdfgklmnprst" for vowel in "aeiou"]
SIGNS = "数据表格翻译搜索天气图像模型知识库消息邮件日历文档代码"


def fill(plugins: int, releases: int) -> list[str]:
    """Write so many plugins with so many releases each; returns the words, the common ones first."""
    random.seed(11)
    words = sorted({"".join(random.choices(SOUNDS, k=random.choice((2, 3, 3, 4)))) for _ in range(2 * WORDS)})[:WORDS]
    random.shuffle(words)
    makers = Organization.objects.bulk_create(
        Organization(handle=f"maker-{number}", name=f"Maker {number}") for number in range(PUBLISHERS)
    )
    for numbers in batched(range(plugins), BATCH):
        write([plugin(number, makers, words) for number in numbers], words, releases)
    return words


def some(words: list[str], count: int) -> str:
    """Words by Zipf's law: the second half as often as the first, and so on."""
    return " ".join(words[min(int(random.paretovariate(0.7)) - 1, len(words) - 1)] for _ in range(count))


def plugin(number: int, makers: list[Organization], words: list[str]) -> Plugin:
    maker, name = makers[number % len(makers)], f"{random.choice(words)}_{number}"
    chinese = "".join(random.choices(SIGNS, k=4))
    label = f"{random.choice(words)} {random.choice(words)}".title()
    age = timedelta(hours=random.randint(1, 20_000))
    return Plugin(
        organization=maker,
        name=name,
        plugin_id=f"{maker.handle}/{name}",
        category=random.choice(list(KINDS)),
        label={"en_US": label, "zh_Hans": chinese},
        brief={"en_US": some(words, 14).capitalize(), "zh_Hans": "".join(random.choices(SIGNS, k=16))},
        tags=random.sample(list(TAGS), 2),
        install_count=int(random.paretovariate(0.5)) % 10_000_000,
        version_updated_at=timezone.now() - age,
    )


def write(plugins: list[Plugin], words: list[str], releases: int) -> None:
    Plugin.objects.bulk_create(plugins)
    PluginTag.objects.bulk_create(PluginTag(plugin=one, tag=tag) for one in plugins for tag in one.tags)
    made = [release(one, number, words) for one in plugins for number in range(releases)]
    Release.objects.bulk_create(made, batch_size=500)
    for one, latest in zip(plugins, made[releases - 1 :: releases], strict=True):
        one.latest = latest
    Plugin.objects.bulk_update(plugins, ["latest"], batch_size=500)
    today = timezone.localdate()
    InstallDay.objects.bulk_create(
        InstallDay(release=one.latest, day=today - timedelta(days=day), installs=3)
        for one in plugins
        for day in (0, 9, 40)
    )


def release(plugin: Plugin, number: int, words: list[str]) -> Release:
    checksum = f"{uuid4().hex}{uuid4().hex}"
    version = f"0.0.{number}"
    return Release(
        plugin=plugin,
        version=version,
        order=f"{number:04}",
        unique_identifier=f"{plugin.plugin_id}:{version}@{checksum}",
        checksum=checksum,
        package=checksum,
        package_size=20_000,
        original=checksum,
        notes=some(words, 12),
        category="community",
        declaration=declaration(plugin.name),
        readmes={"en_US": f"# {plugin.name}\n\n{some(words, 120)}\n"},
        signed_at=timezone.now(),
    )


def settle() -> None:
    """What a database does by itself within minutes."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def pages(words: list[str]) -> dict[str, list[str]]:
    """Kinds of pages, each with some addresses."""
    ids = list(Plugin.objects.order_by("pk").values_list("plugin_id", flat=True)[:40])
    rare = words[1000:1040]
    return {
        "home": ["/"],
        "list, first page": ["/plugins"],
        "list, page 300": ["/plugins?page=300"],
        "list, by update": ["/plugins?sort=updated"],
        "kind": [f"/category/{kind}" for kind in KINDS],
        "tag": [f"/tag/{tag}" for tag in list(TAGS)[:10]],
        "search, the commonest word": [f"/search?q={words[0]}"],
        "search, common words": [f"/search?q={word}" for word in words[5:45]],
        "search, two words": [f"/search?q={one}+{other}" for one, other in zip(words[3:23], words[30:50], strict=True)],
        "search, rare words": [f"/search?q={word}" for word in rare],
        "search, three letters of a word": [f"/search?q={word[:3]}" for word in rare],
        "search, two letters": [f"/search?q={word[:2]}" for word in rare],
        "search, slips": [f"/search?q={word[:2]}{word[3]}{word[2]}{word[4:]}" for word in rare if len(word) > 5],
        "search, Chinese": [f"/search?q={SIGNS[place : place + 2]}" for place in range(0, 20, 2)],
        "search, in vain": ["/search?q=xylophone", "/search?q=xylophone+quartz"],
        "suggestions": [f"/search/suggest?q={word[:4]}" for word in rare],
        "plugin": [f"/plugins/{one}" for one in ids],
        "plugin, versions": [f"/plugins/{one}/versions" for one in ids],
    }

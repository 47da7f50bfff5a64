"""What an operator decides about how the processes of plugins are made."""

import pytest

from runtime import preparing, process
from runtime.forkserver import Forking
from runtime.models import Package
from runtime.spawning import Plain


@pytest.fixture
def package() -> Package:
    return Package(unique_identifier="me/mine:0.0.1@abc", plugin_id="me/mine", verified=True)


def test_patches_for_all_but_those_that_are_named(settings, package):
    settings.PLUGIN_SDK_PATCHES = ["cancel", "writing"]
    assert preparing.patches_for(package) == ["cancel", "writing"]
    settings.PLUGIN_SDK_PATCHES_NOT = ["me/mine"]
    assert preparing.patches_for(package) == []


def test_who_shares_no_memory(package):
    verified = preparing.trust_of(package)
    package.verified = False
    assert preparing.trust_of(package) != verified


def test_forking_can_be_switched_off(settings):
    settings.PLUGIN_FORK_SERVER_NOT, settings.PLUGIN_TEMPLATES = ["me/mine"], 3
    spawner = process.make_spawner()
    assert isinstance(spawner, Forking)
    assert spawner.options.apart == {"me/mine"}
    assert spawner.options.templates.most == 3
    settings.PLUGIN_FORK_SERVER = False
    spawner = process.make_spawner()
    assert isinstance(spawner, Plain)
    assert "PLUGIN_FORK_SERVER" in spawner.why

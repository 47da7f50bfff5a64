"""Which files count, and which differences between two plugins make two environments."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from runtime.environment import EnvironmentFailed, EnvironmentOptions, dependencies, key, lockfile
from runtime.environment.dependencies import Dependencies
from runtime.environment.interpreter import probe
from runtime.environment.planning import plan
from tests.runtime.environment import wheels

PROJECT = '[project]\nname = "{name}"\nversion = "{version}"\nrequires-python = ">=3.12"\ndependencies = ["{needs}"]\n'


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    names = {"requirements": "requirements.txt", "project": "pyproject.toml", "lock": "uv.lock"}
    for name, text in files.items():
        (folder / names[name]).write_text(text)
    return folder


def project(name: str = "one", version: str = "1", needs: str = "dify_plugin") -> str:
    return PROJECT.format(name=name, version=version, needs=needs)


@pytest.fixture
def options(tmp_path: Path) -> EnvironmentOptions:
    return EnvironmentOptions(root=tmp_path / "environments", cache=tmp_path / "cache")


@pytest.fixture
def locked(tmp_path: Path) -> str:
    return wheels.lock("one", [wheels.sdk(tmp_path / "wheels"), wheels.make_wheel(tmp_path / "wheels", "six", "2")])


class TestChoice:
    def kind(self, folder: Path, **options) -> str:
        return dependencies.read(folder, **options).kind

    def test_no_file_at_all(self, tmp_path):
        with pytest.raises(EnvironmentFailed) as failed:
            dependencies.read(tmp_path)
        assert str(failed.value) == "neither pyproject.toml nor requirements.txt found in plugin directory"
        assert not failed.value.retry

    def test_a_project_comes_first(self, tmp_path):
        assert self.kind(write(tmp_path, project=project(), requirements="six")) == "project"

    def test_requirements_come_first_with_a_mirror(self, tmp_path, locked):
        write(tmp_path, project=project(), requirements="six", lock=locked)
        assert self.kind(tmp_path, prefer_requirements=True) == "requirements"

    def test_a_mirror_does_not_make_requirements(self, tmp_path, locked):
        assert self.kind(write(tmp_path, project=project(), lock=locked), prefer_requirements=True) == "lock"

    def test_a_lock_is_used_unless_it_is_to_be_ignored(self, tmp_path, locked):
        write(tmp_path, project=project(), lock=locked)
        assert self.kind(tmp_path) == "lock"
        assert self.kind(tmp_path, ignore_lock=True) == "project"

    def test_requirements_alone(self, tmp_path):
        assert self.kind(write(tmp_path, requirements="six")) == "requirements"

    def test_a_project_file_of_settings_only_names_nothing(self, tmp_path):
        write(tmp_path, project="[tool.ruff]\nline-length = 100\n")
        with pytest.raises(EnvironmentFailed, match=r"no \[project\] table"):
            dependencies.read(tmp_path)
        assert self.kind(write(tmp_path, requirements="six")) == "requirements"

    def test_a_file_that_cannot_be_read_is_named(self, tmp_path):
        write(tmp_path, project="[project\n")
        with pytest.raises(EnvironmentFailed, match=r"^pyproject.toml cannot be read: "):
            dependencies.read(tmp_path)


MARKERS = probe(sys.executable).markers  # type: ignore[union-attr]


class TestSharing:
    """Equal `canonical`, one environment."""

    def read(self, folder: Path, **files: str) -> Dependencies:
        return dependencies.read(write(folder, **files))

    def same(self, tmp_path: Path, one: dict[str, str], two: dict[str, str]) -> bool:
        first, second = self.read(tmp_path / "a", **one), self.read(tmp_path / "b", **two)
        return first.canonical_on(MARKERS) == second.canonical_on(MARKERS)

    @pytest.mark.parametrize(
        "other",
        ["dify_plugin==1\nsix\n", "\n# why\ndify_plugin==1  # because\n\n   six\n", "\ufeffdify_plugin==1\r\nsix"],
    )
    def test_comments_and_blanks_do_not_count(self, tmp_path, other):
        assert self.same(tmp_path, {"requirements": "dify_plugin==1\nsix"}, {"requirements": other})

    def test_a_continued_line_is_one(self, tmp_path):
        joined = "six==2 --hash=sha256:aa --hash=sha256:bb"
        broken = "six==2 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n"
        assert self.same(tmp_path, {"requirements": joined}, {"requirements": broken})

    def test_another_version_counts(self, tmp_path):
        assert not self.same(tmp_path, {"requirements": "six==1"}, {"requirements": "six==2"})

    def test_name_and_version_of_a_project_do_not_count(self, tmp_path):
        assert self.same(tmp_path, {"project": project()}, {"project": project("two", "9")})

    def test_what_a_project_needs_counts(self, tmp_path):
        assert not self.same(tmp_path, {"project": project()}, {"project": project(needs="six")})

    def test_settings_for_uv_count(self, tmp_path):
        settings = '[tool.uv]\nno-binary-package = ["six"]\n'
        assert not self.same(tmp_path, {"project": project()}, {"project": project() + settings})

    def test_other_tools_settings_do_not_count(self, tmp_path):
        settings = "[tool.ruff]\nline-length = 100\n"
        assert self.same(tmp_path, {"project": project()}, {"project": project() + settings})

    def test_locks_of_different_plugins_share(self, tmp_path, locked):
        other = locked.replace('name = "one"', 'name = "two"').replace("revision = 3", "revision = 2")
        assert self.same(tmp_path, {"project": project(), "lock": locked}, {"project": project("two"), "lock": other})

    def test_another_file_of_the_same_version_counts(self, tmp_path, locked):
        other = locked.replace('hash = "sha256:', 'hash = "sha256:0', 1)
        assert not self.same(tmp_path, {"project": project(), "lock": locked}, {"project": project(), "lock": other})

    def test_what_another_platform_needs_does_not_count(self, tmp_path, locked):
        edge, elsewhere = '    { name = "six" },', '    { name = "six", marker = "sys_platform == \'nowhere\'" },'
        package = locked[locked.index('[[package]]\nname = "six"') :].split("\n\n")[0] + "\n\n"
        without = locked.replace(edge, "").replace(package, "")
        assert self.same(
            tmp_path,
            {"project": project(), "lock": locked.replace(edge, elsewhere)},
            {"project": project(), "lock": without},
        )

    def test_a_condition_that_holds_counts(self, tmp_path, locked):
        edge, here = '    { name = "six" },', '    { name = "six", marker = "python_version >= \'3.0\'" },'
        one, two = {"project": project(), "lock": locked}, {"project": project(), "lock": locked.replace(edge, here)}
        assert self.same(tmp_path, one, two)

    def test_a_lock_that_makes_no_sense_is_named(self, tmp_path, locked):
        needs = self.read(tmp_path, project=project(), lock=locked.replace('name = "six"\n', 'nom = "six"\n'))
        with pytest.raises(EnvironmentFailed, match=r"^uv.lock cannot be read: "):
            needs.canonical_on(MARKERS)

    def test_packages_that_only_development_needs_do_not_count(self, tmp_path, locked):
        development = '\n[package.dev-dependencies]\ndev = [{ name = "pytest" }]\n'
        extra = '[[package]]\nname = "pytest"\nversion = "9"\nsource = { registry = "https://index.example.org/simple" }\n\n'
        head, mark, tail = locked.partition("[[package]]")
        other = head + extra + mark + tail + development
        assert self.same(tmp_path, {"project": project(), "lock": locked}, {"project": project(), "lock": other})

    def test_an_extra_counts_by_what_it_brings(self, tmp_path, locked):
        fast = """
[[package]]
name = "swift"
version = "1"
source = { registry = "https://index.example.org/simple" }
wheels = [{ url = "https://index.example.org/swift.whl", hash = "sha256:aa" }]

[package.optional-dependencies]
"""
        other = locked.replace('{ name = "six" },', '{ name = "six", extra = ["fast"] },', 1)
        assert self.same(tmp_path, {"project": project(), "lock": locked}, {"project": project(), "lock": other})
        head, six, rest = other.partition('[[package]]\nname = "six"')
        body, blank, tail = rest.partition("\n\n")
        offers = f'{body}\n\n[package.optional-dependencies]\nfast = [{{ name = "swift" }}]\n'
        brings = head + six + offers + fast + blank + tail
        assert not self.same(tmp_path, {"project": project(), "lock": other}, {"project": project(), "lock": brings})


class TestLocal:
    """When something in the plugin's folder is installed, all of the folder counts."""

    @pytest.mark.parametrize(
        "line",
        [
            "-r more.txt",
            "-c limits.txt",
            "-e .",
            "./vendor/six.whl",
            ".",
            "six @ file:///six.whl",
            "six @ ./vendor/six",
            "--find-links ./wheels/",
            "-f wheels",
        ],
    )
    def test_requirements_on_the_folder(self, tmp_path, line):
        assert dependencies.read(write(tmp_path, requirements=f"dify_plugin\n{line}\n")).local

    @pytest.mark.parametrize(
        "line",
        [
            "six==1.0",
            "six @ https://example.org/six.whl",
            "-i https://example.org/simple",
            "--find-links https://example.org/wheels",
            "--find-links /elsewhere",
            "--find-links ./../../elsewhere",
        ],
    )
    def test_requirements_from_elsewhere(self, tmp_path, line):
        assert not dependencies.read(write(tmp_path, requirements=line)).local

    @pytest.mark.parametrize(
        "addition",
        [
            '[tool.uv.sources]\nsix = { path = "vendor/six" }',
            '[tool.uv.sources]\nsix = [{ path = "a" }, { path = "b" }]',
        ],
    )
    def test_sources_of_a_project(self, tmp_path, addition):
        assert dependencies.read(write(tmp_path, project=project(needs="six") + addition)).local

    def test_dependencies_that_only_building_tells(self, tmp_path):
        text = '[project]\nname = "one"\nversion = "1"\ndynamic = ["dependencies"]\n'
        assert dependencies.read(write(tmp_path, project=text)).local

    def test_a_locked_folder(self, tmp_path, locked):
        other = locked.replace('{ registry = "https://unreachable.invalid/simple" }', '{ directory = "vendor/six" }')
        found = dependencies.read(write(tmp_path, project=project(), lock=other))
        assert found.local

    def test_a_changed_file_counts_but_what_python_leaves_does_not(self, tmp_path):
        write(tmp_path, requirements="./vendor")
        (tmp_path / "vendor").mkdir()
        module = tmp_path / "vendor" / "six.py"
        module.write_text("1")
        before = dependencies.read(tmp_path).canonical
        (tmp_path / "__pycache__").mkdir()
        (tmp_path / "__pycache__" / "six.pyc").write_text("")
        assert dependencies.read(tmp_path).canonical == before
        module.write_text("2")
        assert dependencies.read(tmp_path).canonical != before


class TestKey:
    def test_is_a_plain_name_and_stable(self, tmp_path, options):
        folder = write(tmp_path / "p", requirements="six")
        found = key(folder, options)
        assert found == key(folder, options)
        assert len(found) == 40
        assert found.isalnum()

    def test_a_lock_is_read_once(self, tmp_path, options, locked, monkeypatch):
        folder = write(tmp_path / "p", project=project(), lock=locked)
        first = plan(folder, options)
        monkeypatch.setattr(lockfile, "closure", None)  # reading it again would fail
        again = plan(write(tmp_path / "q", project=project(), lock=locked), options)
        assert (again.key, again.interpreter) == (first.key, first.interpreter)
        assert again.dependencies.kind == "lock"
        assert again.dependencies.pinned
        next((options.root / ".plans").iterdir()).write_text("{")
        with pytest.raises(EnvironmentFailed):
            plan(folder, options)

    def test_what_is_in_the_folder_is_looked_at_each_time_when_it_counts(self, tmp_path, options):
        folder = write(tmp_path / "p", requirements="./vendor")
        (folder / "vendor").mkdir()
        (folder / "vendor" / "six.py").write_text("1")
        before = key(folder, options)
        (folder / "vendor" / "six.py").write_text("2")
        assert key(folder, options) != before

    @pytest.mark.parametrize(
        "change",
        [
            {"extra_args": ("--pre",)},
            {"index_url": "https://mirror.example.org/simple"},
            {"find_links": Path("/wheels")},
            {"offline": True},
        ],
    )
    def test_options_that_change_what_is_installed(self, tmp_path, options, change):
        folder = write(tmp_path / "p", requirements="six")
        assert key(folder, options) != key(folder, replace(options, **change))

    @pytest.mark.parametrize(
        "change",
        [
            {"idle_timeout": 7},
            {"total_timeout": 7},
            {"cache": Path("/elsewhere")},
            {"root": Path("/elsewhere")},
            {"environ": {"HTTPS_PROXY": "http://proxy:3128"}},
            {"compile_extra_args": ("-j", "3")},
        ],
    )
    def test_options_that_do_not(self, tmp_path, options, change):
        folder = write(tmp_path / "p", requirements="six")
        assert key(folder, options) == key(folder, replace(options, **change))

    def test_hashes_are_the_same_from_every_index(self, tmp_path, options, locked):
        folder = write(tmp_path / "p", project=project(), lock=locked)
        other = replace(options, extra_index_urls=("https://mirror.example.org/simple",), offline=True)
        assert key(folder, options) == key(folder, other)

    def test_ignoring_the_lock_is_another_environment(self, tmp_path, options, locked):
        folder = write(tmp_path / "p", project=project(), lock=locked)
        assert key(folder, options) != key(folder, replace(options, ignore_lock=True))

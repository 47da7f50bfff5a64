"""Environments built by real uv, offline, from tiny packages."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from runtime import environment
from runtime.environment import EnvironmentCancelled, EnvironmentFailed, interpreter
from tests.runtime.environment import wheels
from tests.runtime.environment.conftest import Bench
from tests.runtime.environment.index import Index

HOST = f"{sys.version_info[0]}.{sys.version_info[1]}"
PROJECT = (
    f'[project]\nname = "one"\nversion = "1"\nrequires-python = ">={HOST}"\ndependencies = ["dify_plugin", "six"]\n'
)
TELL = "import dify_plugin, six; print(dify_plugin.__version__, six.VERSION)"


def says(python: Path, *arguments: str, cwd: Path | None = None) -> str:
    return subprocess.run([python, *arguments], capture_output=True, text=True, check=True, cwd=cwd).stdout.strip()


def listing(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in [folder, *folder.rglob("*")]}


def steps(bench: Bench) -> list[str]:
    return list(dict.fromkeys(one.step for one in bench.news))


@pytest.fixture
def six(bench) -> Path:
    return wheels.make_wheel(bench.wheels, "six", "2.0", scripts={"six-says": "six:main"}, files={"six.py": SIX})


SIX = "VERSION = '2.0'\ndef main():\n    import sys; print('six', sys.prefix)\n"


class TestKinds:
    def test_requirements(self, bench, six):
        folder = bench.plugin(requirements_txt="dify_plugin==0.10.2\nsix\n")
        (folder / "main.py").write_text(TELL)
        built = bench.build(folder)
        assert built.python == bench.options.root / built.key / "bin" / "python"
        assert says(built.python, "-m", "main", cwd=folder) == "0.10.2 2.0"

    def test_project_without_a_lock(self, bench, six):
        built = bench.build(bench.plugin(pyproject_toml=PROJECT))
        assert says(built.python, "-c", TELL) == "0.10.2 2.0"

    def test_lock_from_a_directory_of_wheels(self, bench, six):
        """The addresses in the lock do not exist: the operator's own source is used, and the hashes hold."""
        wheels.make_wheel(bench.wheels, "six", "3.0")
        text = wheels.lock("one", [bench.wheels / "dify_plugin-0.10.2-py3-none-any.whl", six])
        built = bench.build(bench.plugin(pyproject_toml=PROJECT, uv_lock=text))
        assert says(built.python, "-c", TELL) == "0.10.2 2.0"
        assert built.facts["kind"] == "lock"

    def test_lock_without_an_own_source_is_followed_to_its_addresses(self, bench, tmp_path):
        served = wheels.make_wheel(tmp_path / "served", "six", "4.0")
        bench.set(find_links=None, offline=False)
        with Index(served) as index:
            text = wheels.lock("one", [served], index=index.url)
            folder = bench.plugin(pyproject_toml=PROJECT, uv_lock=text)
            before = listing(folder)
            built = bench.build(folder)
        assert built.facts["packages"] == {"six": "4.0"}
        assert set(index.asked) == {f"/{served.name}"}
        assert listing(folder) == before
        bench.set(find_links=served.parent, offline=True)
        assert bench.build(folder) == built

    def test_lock_refuses_other_files(self, bench, six):
        text = wheels.lock("one", [bench.wheels / "dify_plugin-0.10.2-py3-none-any.whl", six])
        wheels.make_wheel(bench.wheels, "six", "2.0", files={"six.py": "VERSION = 'forged'"})
        with pytest.raises(EnvironmentFailed, match=r"(?i)hash") as failed:
            bench.build(bench.plugin(pyproject_toml=PROJECT, uv_lock=text))
        assert failed.value.package.startswith("six")

    def test_lock_that_is_to_be_ignored(self, bench, six):
        text = wheels.lock("one", [bench.wheels / "dify_plugin-0.10.2-py3-none-any.whl", six])
        wheels.make_wheel(bench.wheels, "six", "3.0")
        bench.set(ignore_lock=True)
        assert says(bench.build(bench.plugin(pyproject_toml=PROJECT, uv_lock=text)).python, "-c", TELL) == "0.10.2 3.0"

    def test_a_wheel_within_the_plugin(self, bench):
        folder = bench.plugin(requirements_txt="dify_plugin\n./vendor/six-9.0-py3-none-any.whl\n")
        wheels.make_wheel(folder / "vendor", "six", "9.0")
        assert says(bench.build(folder).python, "-c", TELL) == "0.10.2 9.0"

    def test_a_folder_within_the_plugin_is_built_from_a_copy(self, bench):
        folder = bench.plugin(pyproject_toml=PROJECT + '[tool.uv.sources]\nsix = { path = "vendor/six" }\n')
        source = wheels.make_source(bench.plugins, "six", "9.0", work="Path('six.py').write_text('VERSION = 10')")
        (folder / "vendor").mkdir()
        subprocess.run(["tar", "xzf", source, "-C", folder / "vendor"], check=True)
        (folder / "vendor" / "six-9.0").rename(folder / "vendor" / "six")
        before = listing(folder)
        assert says(bench.build(folder).python, "-c", TELL) == "0.10.2 10"
        assert listing(folder) == before

    def test_a_plugin_without_an_sdk(self, bench, six):
        built = bench.build(bench.plugin(requirements_txt="six"))
        assert built.facts["sdk"] == ""


class TestResult:
    def test_the_plugins_folder_is_left_as_it_was(self, bench, six):
        for name, files in {
            "a": {"requirements_txt": "six"},
            "b": {"pyproject_toml": PROJECT},
            "c": {"pyproject_toml": PROJECT, "uv_lock": wheels.lock("one", [six])},
        }.items():
            folder = bench.plugin(name, **files)
            before = listing(folder)
            bench.build(folder)
            assert listing(folder) == before

    def test_facts(self, bench, six):
        wheels.make_wheel(bench.wheels, "needy", requires=["absent", "six", 'optional; extra == "x"'])
        bench.set(extra_args=("--no-deps",))
        built = bench.build(bench.plugin(requirements_txt="dify_plugin\nneedy\nsix"))
        facts = built.facts
        assert facts == json.loads((built.path / "environment.json").read_text())
        assert facts["key"] == built.key
        assert facts["packages"] == {"dify-plugin": "0.10.2", "needy": "1.0", "six": "2.0"}
        assert facts["missing"] == ["absent of needy"]
        assert (facts["sdk"], facts["python_version"]) == ("0.10.2", ".".join(map(str, sys.version_info[:3])))
        assert 0 < facts["own_size"] < facts["size"]

    def test_scripts_find_their_python_after_the_move(self, bench, six):
        built = bench.build(bench.plugin(requirements_txt="six"))
        assert says(built.path / "bin" / "six-says") == f"six {built.path}"

    def test_nothing_remembers_where_it_was_built(self, bench, six):
        built = bench.build(bench.plugin(requirements_txt="six"))
        texts = [path for path in built.path.rglob("*") if path.is_file() and b".building-" in path.read_bytes()]
        assert texts == []

    def test_ready_at_once_the_second_time(self, bench, six):
        first = bench.build(bench.plugin(requirements_txt="six"))
        assert steps(bench) == ["resolve", "download", "install", "compile", "ready"]
        changed = first.path.stat().st_mtime_ns
        assert bench.build(bench.plugin("other", requirements_txt="# the same\nsix\n")) == first
        assert steps(bench) == ["ready"]
        assert first.path.stat().st_mtime_ns == changed
        assert environment.find(first.key, bench.options) == first

    def test_progress_ends_at_100(self, bench, six):
        bench.build(bench.plugin(requirements_txt="dify_plugin\nsix"))
        percents = [one.percent for one in bench.news]
        assert percents == sorted(percents)
        assert percents[-1] == 100
        assert bench.news[-2].line == "trying the SDK 0.10.2"

    def test_an_sdk_is_tried_once_for_all_with_the_same(self, bench, six):
        bench.build(bench.plugin("a", requirements_txt="dify_plugin"))
        assert "verify" in steps(bench)
        bench.build(bench.plugin("b", requirements_txt="dify_plugin\nsix"))
        assert "verify" not in steps(bench)

    def test_uv_sees_nothing_of_the_host(self, bench, monkeypatch, tmp_path):
        seen = tmp_path / "seen.json"
        work = f"import json; Path({str(seen)!r}).write_text(json.dumps(dict(os.environ)))"
        wheels.make_source(bench.wheels, "spy", work=work)
        monkeypatch.setenv("SECRET_KEY", "secret")
        monkeypatch.setenv("UV_INDEX_URL", "https://evil.example.org")
        bench.set(environ={"HTTPS_PROXY": "http://proxy:1", "NO_PROXY": "", "SECRET_KEY": "secret"})
        bench.build(bench.plugin(requirements_txt="spy"))
        found = json.loads(seen.read_text())
        assert found["HTTPS_PROXY"] == found["https_proxy"] == "http://proxy:1"
        assert found["PATCHBAY_HOST"] == bench.marker
        assert not {"SECRET_KEY", "UV_INDEX_URL", "NO_PROXY", "DJANGO_SETTINGS_MODULE"} & set(found)
        assert Path(found["HOME"]).name.startswith(".building-")


class TestSources:
    def test_an_index_named_by_a_plugin_does_not_count_beside_the_operators(self, bench, six):
        text = "--index-url https://evil.invalid/simple\n--extra-index-url=https://evil.invalid/simple\nsix\n"
        built = bench.build(bench.plugin(requirements_txt=text))
        assert built.facts["packages"] == {"six": "2.0"}

    def test_settings_in_a_project_do_not_count_either(self, bench, six):
        text = PROJECT + '[[tool.uv.index]]\nurl = "https://evil.invalid/simple"\ndefault = true\n'
        assert says(bench.build(bench.plugin(pyproject_toml=text)).python, "-c", TELL) == "0.10.2 2.0"

    def test_extra_arguments(self, bench, six):
        wheels.make_wheel(bench.wheels, "six", "3.0rc1")
        bench.set(extra_args=("--prerelease", "allow"))
        assert bench.build(bench.plugin(requirements_txt="six")).facts["packages"] == {"six": "3.0rc1"}


class TestPython:
    def test_another_python_when_a_package_refuses_the_configured_one(self, bench):
        older = [one for one in interpreter._search() if (3, 8) <= one.release[:2] < sys.version_info[:2]]
        if not older:
            pytest.skip("there is no older Python here")
        wheels.make_wheel(bench.wheels, "new", python=f">={HOST}")
        bench.set(python=older[0].path)
        folder = bench.plugin(requirements_txt="new")
        built = bench.build(folder)
        assert built.facts["python_version"] >= HOST
        assert says(built.python, "-c", "import new; print(new.VERSION)") == "1.0"
        assert bench.build(folder) == built

    def test_a_package_for_which_there_is_no_python(self, bench):
        wheels.make_wheel(bench.wheels, "new", python=">=3.99")
        with pytest.raises(EnvironmentFailed, match=r"the plugin needs Python >=3\.99, which is not on this machine"):
            bench.build(bench.plugin(requirements_txt="new"))

    def test_a_project_for_another_python(self, bench, six):
        text = PROJECT.replace(f">={HOST}", ">=3.99")
        with pytest.raises(EnvironmentFailed, match=r"the plugin needs Python >=3\.99"):
            bench.build(bench.plugin(pyproject_toml=text))


class TestFailure:
    def test_a_package_that_does_not_exist(self, bench):
        with pytest.raises(EnvironmentFailed) as failed:
            bench.build(bench.plugin(requirements_txt="dify_plugin\nno-such-thing==1"))
        assert failed.value.package == "no-such-thing"
        assert "no-such-thing" in failed.value.message.splitlines()[0]
        assert failed.value.tail
        assert not failed.value.retry
        assert bench.leftovers() == []

    def test_a_package_that_does_not_build(self, bench):
        wheels.make_source(bench.wheels, "sore", work="sys.exit('no compiler here')")
        with pytest.raises(EnvironmentFailed) as failed:
            bench.build(bench.plugin(requirements_txt="sore"))
        assert failed.value.package == "sore==1.0"
        assert "no compiler here" in failed.value.message

    def test_an_sdk_that_cannot_be_imported(self, bench):
        wheels.make_wheel(bench.wheels, "dify_plugin", "0.11", files={"dify_plugin/__init__.py": "import absent"})
        with pytest.raises(EnvironmentFailed, match="No module named 'absent'") as failed:
            bench.build(bench.plugin(requirements_txt="dify_plugin==0.11"))
        assert failed.value.step == "verify"
        assert environment.find(environment.key(bench.plugins / "plugin", bench.options), bench.options) is None

    def test_a_disk_that_cannot_be_written(self, bench, tmp_path):
        (tmp_path / "file").write_text("")
        bench.set(root=tmp_path / "file" / "environments")
        with pytest.raises(EnvironmentFailed, match="Not a directory") as failed:
            bench.build(bench.plugin(requirements_txt="six"))
        assert failed.value.retry

    def test_no_uv(self, bench):
        bench.set(uv="/nowhere/uv")
        with pytest.raises(EnvironmentFailed, match="uv was not found at /nowhere/uv"):
            bench.build(bench.plugin(requirements_txt="six"))

    def test_uv_comes_with_patchbay(self, monkeypatch, tmp_path):
        monkeypatch.setenv("PATH", str(tmp_path))
        options = environment.EnvironmentOptions(root=tmp_path / "environments", cache=tmp_path / "cache")
        assert says(Path(options.uv_binary()), "--version").startswith("uv ")

    def test_cancelled(self, bench):
        wheels.make_source(bench.wheels, "slow", work="time.sleep(60)")
        with pytest.raises(EnvironmentCancelled):
            bench.build(bench.plugin(requirements_txt="slow"), lambda: any("slow" in one.line for one in bench.news))
        assert bench.leftovers() == []


class TestHealing:
    def breakages(self):
        return {
            "the interpreter is gone": lambda built: (built.path / "bin" / "python").unlink(),
            "a package is gone": lambda built: next(built.path.rglob("six.py")).unlink(),
            "all packages are gone": lambda built: next(built.path.glob("lib/*/site-packages")).rename(
                built.path / "x"
            ),
            "the facts are not readable": lambda built: (built.path / "environment.json").write_text("{"),
            "the facts are of another": lambda built: (built.path / "environment.json").write_text('{"key": "x"}'),
        }

    @pytest.mark.parametrize("number", range(5))
    def test_a_broken_environment_is_built_again(self, bench, six, number):
        folder = bench.plugin(requirements_txt="dify_plugin\nsix")
        built = bench.build(folder)
        list(self.breakages().values())[number](built)
        assert environment.find(built.key, bench.options) is None
        assert bench.build(folder) == built
        assert says(built.python, "-c", TELL) == "0.10.2 2.0"
        assert bench.leftovers() == []

    def test_one_that_proved_broken_can_be_discarded(self, bench, six):
        folder = bench.plugin(requirements_txt="six")
        built = bench.build(folder)
        environment.discard(built.key, bench.options)
        assert environment.find(built.key, bench.options) is None
        assert bench.build(folder) == built

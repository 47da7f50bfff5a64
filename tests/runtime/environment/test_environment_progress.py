"""uv's own words, recorded from 0.13.9, and what is made of them."""

from runtime.environment.failure import explain, interrupted
from runtime.environment.progress import Progress, Reporter

SYNC = """\
DEBUG uv 0.13.9 (x86_64-unknown-linux-gnu)
DEBUG Identified uncached distribution: flask==3.1.3
DEBUG Identified uncached distribution: tiktoken==0.13.0
DEBUG No cache entry for: https://files.example.org/packages/aa/bb/flask-3.1.3-py3-none-any.whl
DEBUG Sending fresh GET request for: https://files.example.org/packages/aa/bb/flask-3.1.3-py3-none-any.whl
DEBUG Sending fresh GET request for: https://files.example.org/packages/aa/bb/tiktoken-0.13.0-cp313-manylinux.whl
Downloading tiktoken (1.1MiB)
 Downloaded tiktoken
Prepared 2 packages in 178ms
Installed 2 packages in 13ms
 + flask==3.1.3
 + tiktoken==0.13.0
""".splitlines()
RESOLVE = """\
Using Python 3.13.0 environment at: /x
DEBUG Sending fresh GET request for: https://index.example.org/simple/dify-plugin/
DEBUG Selecting: dify-plugin==0.10.2 [compatible] (dify_plugin-0.10.2-py3-none-any.whl)
Resolved 36 packages in 639ms
   Building docopt==0.6.2
      Built docopt==0.6.2
""".splitlines()
NOT_THERE = """\
DEBUG Searching for a compatible version of no-such-package (==1)
error: No solution found when resolving dependencies
  cause: Because no-such-package was not found in the package registry and you require no-such-package==1, we can \
conclude that your requirements are unsatisfiable.
""".splitlines()
DOWNLOAD = """\
DEBUG Sending fresh GET request for: https://files.example.org/pyyaml-6.0.3-cp313.whl
error: Failed to download `pyyaml==6.0.3`
  cause: Failed to fetch: https://files.example.org/pyyaml-6.0.3-cp313.whl
  cause: error sending request for url (https://files.example.org/pyyaml-6.0.3-cp313.whl)
  cause: client error (Connect)
  cause: dns error

hint: `pyyaml` (v6.0.3) was included because `one` (v0.1.0) depends on `pyyaml`
""".splitlines()
NO_VERSION = """\
error: No solution found when resolving dependencies
  cause: Because there is no version of dify-plugin==99 and you require dify-plugin==99, we can conclude that your \
requirements are unsatisfiable.
""".splitlines()


def hear(lines: list[str]) -> tuple[Reporter, list[Progress]]:
    news: list[Progress] = []
    reporter = Reporter(news.append)
    for line in lines:
        reporter.hear(line)
    return reporter, news


def test_percent_never_falls_and_steps_come_in_order():
    _reporter, news = hear(RESOLVE + SYNC)
    percents = [one.percent for one in news]
    assert percents == sorted(percents)
    assert [one.step for one in hear(SYNC)[1]] == ["download"] * 4 + ["install"] * 4


def test_lines_are_for_people():
    _reporter, news = hear(SYNC)
    assert [one.line for one in news][:4] == [
        "fetching flask-3.1.3-py3-none-any.whl",
        "fetching tiktoken-0.13.0-cp313-manylinux.whl",
        "Downloading tiktoken (1.1MiB)",
        "Downloaded tiktoken",
    ]
    assert not [one for one in news if one.line.startswith("DEBUG")]


def test_what_is_in_hand():
    assert hear(SYNC[:5])[0].current == "flask-3.1.3-py3-none-any.whl"
    assert hear(SYNC[:7])[0].current == "tiktoken"
    assert hear(SYNC[:9])[0].current == ""
    assert hear(RESOLVE[:2])[0].current == "dify-plugin"
    assert hear(RESOLVE[:5])[0].current == "docopt==0.6.2"
    assert hear(RESOLVE)[0].current == ""


def test_passwords_are_hidden():
    _reporter, news = hear(["Using index https://me:secret@nexus.example.org/simple"])
    assert news[0].line == "Using index https://***@nexus.example.org/simple"


def test_a_package_that_does_not_exist():
    failure = explain(NOT_THERE, step="resolve", current="something else")
    assert failure.package == "no-such-package"
    assert failure.message.startswith("failed to install dependencies: No solution found when resolving dependencies: ")
    assert "no-such-package was not found in the package registry" in failure.message
    assert "DEBUG" not in failure.message
    assert not failure.retry


def test_a_version_that_does_not_exist():
    failure = explain(NO_VERSION, step="resolve", current="")
    assert failure.package == "dify-plugin==99"
    assert not failure.retry


def test_a_download_that_failed_may_be_tried_again():
    failure = explain(DOWNLOAD, step="download", current="")
    assert failure.package == "pyyaml==6.0.3"
    assert failure.message.splitlines()[0] == (
        "failed to install dependencies: Failed to download `pyyaml==6.0.3`: dns error"
    )
    assert failure.retry
    assert failure.tail[-1].startswith("hint: ")


def test_no_reason_at_all():
    failure = explain([], step="install", current="six")
    assert failure.message == "failed to install dependencies: uv gave no reason (six)"


def test_what_was_ended_from_outside_tells_what_it_was_at():
    failure = interrupted("no activity for 120 seconds", SYNC[:7], step="download", current="tiktoken")
    assert failure.message.splitlines() == [
        "failed to install dependencies: no activity for 120 seconds while working on tiktoken",
        "Downloading tiktoken (1.1MiB)",
    ]
    assert failure.retry

"""Everything in one process (`manage.py run`), killed in mid-call and in mid-install."""

from tests.crashing import Crash, install_ended_midway, install_killed_midway, kill_in_mid_call, uv_with_brake


def test_killed_in_mid_call(start_host, call, echo_package) -> None:
    host = start_host()
    caller = call(host)
    caller.install(caller.upload(echo_package))
    kill_in_mid_call(Crash(host, caller, killed="run"))


def test_killed_in_mid_install(start_host, call, echo_package, tmp_path) -> None:
    host = start_host(**uv_with_brake(tmp_path))
    install_killed_midway(Crash(host, call(host), killed="run"), echo_package, tmp_path / "brake")


def test_told_to_end_in_mid_install(start_host, call, echo_package, tmp_path) -> None:
    host = start_host(**uv_with_brake(tmp_path))
    install_ended_midway(Crash(host, call(host), killed="run"), echo_package, tmp_path / "brake")

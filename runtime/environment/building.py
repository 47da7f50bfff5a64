"""Builds an environment, or finds that somebody has."""

import re
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from runtime.environment import bytecode, commands, interpreter, process, store, turns, venv, verification, wheels
from runtime.environment.commands import Place
from runtime.environment.dependencies import NOT_CODE
from runtime.environment.failure import EnvironmentCancelled, EnvironmentFailed, explain, interrupted
from runtime.environment.interpreter import Interpreter
from runtime.environment.options import EnvironmentOptions
from runtime.environment.planning import Plan, plan
from runtime.environment.progress import Progress, Reporter
from runtime.environment.store import Environment

VERIFIED = ".verified"
WAITING = "waiting for another build of the same environment"
# in both of uv's ways to say so
OTHER_PYTHON = re.compile(r"(?:does not satisfy Python|requires Python )([<>=!~][^\s,]*(?:,[<>=!~][^\s,]*)*)")


def build(
    folder: Path,
    options: EnvironmentOptions,
    *,
    progress: Callable[[Progress], None],
    marker: str,
    cancelled: Callable[[], bool] = lambda: False,
) -> Environment:
    """Return the environment for the plugin in `folder`, built if it is not there; at once if it is.

    Only one builder on a machine works on the same environment; others wait for it. What is started carries `marker`
    (`orphans`). Raises EnvironmentFailed, or EnvironmentCancelled when `cancelled` says so.
    """
    job = _Job(plan(folder, options), folder, options, marker, Reporter(progress), cancelled, time.monotonic())
    try:
        environment = store.find(job.plan.key, options) or job.build()
        store.touch(environment)
    except OSError as error:
        # a full disk, a folder that is not ours: not the plugin's fault
        step = job.reporter.step
        raise EnvironmentFailed(f"the environment cannot be written: {error}", step=step, retry=True) from error
    job.reporter.report("ready", f"environment {environment.key} is ready")
    return environment


@dataclass(frozen=True)
class Workshop:
    """Where something is built for one look: `own` gives the place to whom programs run as, `enclosed` is how they run."""

    place: Place
    own: Callable[[], None]
    enclosed: Callable[[Sequence[str], Interpreter], list[str]]


def try_out(folder: Path, options: EnvironmentOptions, *, marker: str, workshops: Sequence[Workshop]) -> Workshop:
    """Build for one look what the plugin in `folder` needs: nobody else gets it, and every program runs as the workshop says.

    There have to be two workshops: when packages refuse the Python, the other one begins from nothing, with another Python.
    Returns the one in whose place it was built. Raises EnvironmentFailed.
    """
    first, second = workshops
    reporter = Reporter(lambda _: None)
    job = _Job(plan(folder, options), folder, options, marker, reporter, lambda: False, time.monotonic(), first)
    try:
        return job.try_out()
    except EnvironmentFailed as failure:
        python = job.other_python(failure)
    return replace(job, plan=replace(job.plan, interpreter=python), workshop=second).try_out()


@dataclass(frozen=True)
class _Job:
    plan: Plan
    folder: Path
    options: EnvironmentOptions
    marker: str
    reporter: Reporter
    cancelled: Callable[[], bool]
    started: float
    workshop: Workshop | None = None

    @property
    def deadline(self) -> float:
        return self.started + self.options.total_timeout

    def build(self) -> Environment:
        with store.lock(self.plan.key, self.options, waiting=self._wait):
            ready = store.find(self.plan.key, self.options)
            if ready is not None:
                return ready
            with turns.turn(self.options, waiting=self._queue):
                # the time that it may take begins with its turn
                return replace(self, started=time.monotonic())._build()

    def _queue(self, before: int) -> None:
        others = "environment is" if before == 1 else "environments are"
        self._tell(f"waiting for its turn: {before} {others} built first")

    def _wait(self) -> None:
        self._tell(WAITING)
        if time.monotonic() > self.deadline:
            raise EnvironmentFailed(
                f"{WAITING} took longer than {self.options.total_timeout:g} s", step="wait", retry=True
            )

    def _tell(self, why: str) -> None:
        if self.reporter.step != "wait" or self.reporter.said != why:
            self.reporter.report("wait", why)
        if self.cancelled():
            raise EnvironmentCancelled("cancelled while waiting for another build", step="wait")

    def _build(self) -> Environment:
        store.sweep(self.options)
        try:
            return self._attempt()
        except EnvironmentFailed as failure:
            python = self.other_python(failure)
        return replace(self, plan=replace(self.plan, interpreter=python))._attempt()

    def other_python(self, failure: EnvironmentFailed) -> Interpreter:
        """A Python that the packages ask for, when they have just refused this one; else the failure stands."""
        refused = OTHER_PYTHON.search("\n".join(failure.tail))
        if refused is None:
            raise failure
        found = interpreter.choose(self.options.python, refused[1])
        if found == self.plan.interpreter:
            raise failure
        return found

    def _attempt(self) -> Environment:
        with wheels.linking(self.options), store.workplace(self.options) as place:
            self._copy(place)
            self._install(place)
            self._compile(place)
            self._verify(place)
            return store.publish(place, self.plan.key, self.options)

    def try_out(self) -> Workshop:
        """Copied and made by this process, which touches nothing there once a program has run."""
        assert self.workshop is not None  # noqa: S101 - see the function of the same name
        place = self.workshop.place
        place.root.mkdir()
        self._copy(place)
        self._install(place)
        return self.workshop

    def _copy(self, place: Place) -> None:
        if self.plan.dependencies.local:
            shutil.copytree(
                self.folder, place.project, symlinks=True, ignore=lambda _, names: NOT_CODE.intersection(names)
            )
            return
        place.project.mkdir()
        for name in self.plan.dependencies.files:
            shutil.copy(self.folder / name, place.project / name)

    def _install(self, place: Place) -> None:
        uv = self.options.uv_binary()
        self.reporter.begin("resolve", f"preparing an environment for Python {self.plan.interpreter.version}")
        venv.make(place.environment, self.plan.interpreter)
        if self.workshop:
            self.workshop.own()
        if self.plan.dependencies.kind != "lock":
            self._uv(commands.install(uv, place, self.plan, options=self.options), place)
        elif self.options.has_own_source:
            self._install_exported(uv, place)
        else:
            self._install_lock(uv, place)

    def _install_lock(self, uv: str, place: Place) -> None:
        """From the addresses in the lock; where those cannot be reached, by its hashes from the usual index."""
        try:
            self._uv(commands.sync(uv, place, options=self.options), place)
        except EnvironmentFailed as failure:
            if not failure.retry:
                raise
            self.reporter.begin(
                "resolve", "addresses in uv.lock do not answer; looking for the same files in the index"
            )
            try:
                self._install_exported(uv, place)
            except EnvironmentCancelled:
                raise
            except EnvironmentFailed:
                raise failure from None

    def _install_exported(self, uv: str, place: Place) -> None:
        self._uv(commands.export(uv, place), place)
        self._uv(commands.install(uv, place, self.plan, options=self.options), place)

    def _compile(self, place: Place) -> None:
        site = verification.site_of(place.environment)
        todo = bytecode.used_by(site, bytecode.unmarked(self.options, tag=self.plan.interpreter.tag))
        if not todo:
            return
        self.reporter.begin("compile", f"compiling {len(todo)} packages that are new here")
        done = 0

        def hear(line: str) -> None:
            nonlocal done
            done += line.startswith("compiled ")
            self.reporter.report("compile", f"compiled {done} of {len(todo)} packages", part=done / len(todo))

        # the plugin works without: a package that cannot be compiled is no reason to fail
        self._run(bytecode.command(place.python, site, todo, options=self.options), place, hear=hear)

    def _verify(self, place: Place) -> None:
        known = verification.facts(place, self.plan, started=self.started)
        tried = self.options.root / VERIFIED / known["base"]
        if known["base"] and not tried.exists():
            self.reporter.begin("verify", f"trying the SDK {known['sdk']}")
            self._try_sdk(place)
            tried.parent.mkdir(exist_ok=True)
            tried.touch()
        verification.record(place, known)

    def _try_sdk(self, place: Place) -> None:
        said: list[str] = []
        status = self._run([str(place.python), "-I", "-c", "import dify_plugin"], place, hear=said.append)
        if status != 0:
            reason = said[-1] if said else f"status {status}"
            raise EnvironmentFailed(
                f"the installed dify_plugin cannot be imported: {reason}",
                step="verify",
                package="dify-plugin",
                tail=said,
            )

    def _uv(self, argv: Sequence[str], place: Place) -> None:
        status = self._run(argv, place, hear=self.reporter.hear)
        if status != 0:
            raise explain(self.reporter.lines, step=self.reporter.step, current=self.reporter.current)

    def _run(self, argv: Sequence[str], place: Place, *, hear: Callable[[str], None]) -> int:
        options = self.options
        watch = process.Watch(
            idle=options.idle_timeout, deadline=self.deadline, total=options.total_timeout, cancelled=self.cancelled
        )
        env = commands.world(place, options, marker=self.marker)
        if self.workshop:
            argv = self.workshop.enclosed(argv, self.plan.interpreter)
        try:
            return process.run(argv, cwd=place.project, env=env, watch=watch, hear=hear)
        except process.Cancelled as error:
            raise EnvironmentCancelled("the installation was cancelled", step=self.reporter.step) from error
        except process.Halted as error:
            lines, step = tuple(self.reporter.lines), self.reporter.step
            raise interrupted(str(error), lines, step=step, current=self.reporter.current) from error

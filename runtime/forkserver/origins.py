"""From a plugin's environment to what a fork takes the place of."""

from collections.abc import Sequence

from runtime.environment import Environment
from runtime.spawning import Origin


def origin_of(
    environment: Environment, entrypoint: str, *, patches: Sequence[str], trust: str = "", plugin: str = ""
) -> Origin:
    """Reads what was recorded when the environment was built."""
    facts = environment.facts
    return Origin(
        python=environment.python,
        site=environment.path / str(facts.get("site", "lib")),
        interpreter=f"{facts.get('python')} {facts.get('python_version')}",
        base=str(facts.get("base", "")),
        packages=facts.get("packages") or {},
        entrypoint=entrypoint,
        patches=tuple(patches),
        trust=trust,
        plugin=plugin,
    )

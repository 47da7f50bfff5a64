"""What of a node's plugins starts when: who is called at once, the rest behind them in order of use, or not before a call.

So after a restart nothing waits for hundreds of plugins: each is there asleep, and the call that comes first is served first.
"""

import time
from collections.abc import Collection, Iterable

from runtime import idling
from runtime.keeper import Keeper
from runtime.launching import Launching

RECENT = 3600.0  # seconds since its last call within which a plugin is kept warm
UNTOUCHED = "It has not been called since this node began; the next call starts it."
BEHIND = "It starts behind those that are called."
SETTLED = 5.0  # seconds without a call after which a plugin may make room for another one


def settle(new: Iterable[Keeper], keepers: Collection[Keeper], launching: Launching) -> None:
    """Keepers that have just been made: those that may wait for a call lie down, the others start in the background."""
    warm = worth_warming(keepers, launching.warm)
    for keeper in new:
        if keeper.urgent or keeper.state != "pending":
            continue
        if keeper.terms.on_demand and keeper.plugin not in warm:
            keeper.lie_down(UNTOUCHED)
        else:
            keeper.reason = BEHIND


def worth_warming(keepers: Iterable[Keeper], most: int) -> set[str]:
    """The latest, and in any case one: with it comes what the others are forked from."""
    since = time.time() - RECENT
    latest = sorted(keepers, key=order)[:most]
    return {one.plugin for number, one in enumerate(latest) if one.terms.used > since or number == 0}


def order(keeper: Keeper) -> tuple[bool, float]:
    return not keeper.terms.always, -keeper.terms.used


def start_some(keepers: Collection[Keeper], launching: Launching) -> None:
    """Called each turn: what waited for room tries again; in the background only as many as may start at once, and
    none of them while somebody waits.
    """
    pending = [one for one in keepers if one.state == "pending" and (one.job is None or one.job.done())]
    for keeper in (one for one in pending if one.urgent):
        keeper.try_to_start()
    starting = [one for one in keepers if one.state == "starting"]
    if any(one.urgent for one in starting):
        return
    behind = sorted((one for one in pending if not one.urgent and one.state == "pending"), key=order)
    for keeper in behind[: max(0, launching.gate.places - len(starting))]:
        keeper.try_to_start()


def make_room(keepers: Collection[Keeper], launching: Launching) -> None:
    """Where there is no room for who is called, or memory runs short, whoever has been idle for longest goes to sleep."""
    lack = launching.headroom.lack()
    short = launching.headroom.is_short()
    if not lack or not (short or any(one.urgent and one.state == "pending" for one in keepers)):
        return
    for keeper in sorted((one for one in keepers if one.state == "running"), key=lambda one: one.rest.used):
        if may_go(keeper):
            keeper.begin(keeper.sleep(f"It was put to sleep to make room: {lack}. The next call wakes it."))
            return


def may_go(keeper: Keeper) -> bool:
    settled = time.monotonic() - max(keeper.rest.used, keeper.rest.awake_since) > SETTLED
    if not (keeper.terms.on_demand and settled and not keeper.urgent and not keeper.fleet.ongoing):
        return False
    seen = idling.look(keeper.fleet.pids)
    return keeper.terms.forced or not idling.at_work(seen, seen, SETTLED)

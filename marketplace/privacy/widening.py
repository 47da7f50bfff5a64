"""What an update does with data that the version before did not: whoever has it installed must agree again."""

from .classes import DATA, PURPOSES
from .statement import Statement


def widened(old: Statement, new: Statement) -> list[str]:
    """Sentences, one for each thing that is new; none if the update stays within what was agreed to."""
    return [*_data(old, new), *_recipients(old, new), *_retention(old, new)]


def _data(old: Statement, new: Statement) -> list[str]:
    before = {(use.data, use.purpose) for use in old.uses}
    classes = {data for data, _ in before}
    found = []
    for data, purpose in sorted({(use.data, use.purpose) for use in new.uses} - before):
        again = "also " if data in classes else ""
        found.append(f"{DATA[data].label} are {again}used {PURPOSES[purpose]}.")
    return found


def _recipients(old: Statement, new: Statement) -> list[str]:
    hosts = set(old.hosts())
    found = []
    for one in new.recipients:
        fresh = [host for host in one.hosts if host.removeprefix("*.").lower() not in hosts]
        known = any(one.name == other.name for other in old.recipients)
        if not known:
            found.append(f"{one.name} becomes a recipient.")
        elif fresh:
            found.append(f"{one.name} is also reached at {', '.join(fresh)}.")
    given = {(use.data, name) for use in old.uses for name in use.recipients}
    classes = {use.data for use in old.uses}
    for data, name in sorted({(use.data, name) for use in new.uses for name in use.recipients} - given):
        if data in classes and any(name == other.name for other in old.recipients):
            found.append(f"{DATA[data].label} now also go to {name}.")
    return found


def _retention(old: Statement, new: Statement) -> list[str]:
    found = []
    if new.storage_retention and not old.storage_retention:
        found.append(f"Data is now stored: {new.storage_retention}.")
    elif new.storage_retention != old.storage_retention:
        found.append(f"What is stored is kept differently: {new.storage_retention or 'it is not said how long'}.")
    before = {use.data: use.retention for use in old.uses}
    for use in new.uses:
        if before.get(use.data) and use.retention != before[use.data]:
            found.append(f"{DATA[use.data].label} are kept differently: {use.retention or 'it is not said how long'}.")
    return found

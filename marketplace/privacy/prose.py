"""A statement as text that people read, and as a label that programs read."""

from typing import Any

from .classes import BASES, DATA, PURPOSES
from .statement import Recipient, Statement, Use


def as_prose(statement: Statement, name: str = "This plugin") -> str:
    """Markdown."""
    parts = ["# Privacy", "", _opening(statement, name)]
    if statement.uses:
        parts += ["", "## What is used, and what for", "", *(f"- {_use(use)}" for use in statement.uses)]
    if statement.recipients:
        parts += ["", "## Who gets it", "", *(f"- {_recipient(one)}" for one in statement.recipients)]
    if statement.storage_retention:
        parts += ["", "## What is kept", "", f"What the plugin stores is kept: {statement.storage_retention}."]
    if statement.deletion or statement.contact:
        ask = [
            text for text in (statement.deletion, f"Contact: {statement.contact}" if statement.contact else "") if text
        ]
        parts += ["", "## Your data", "", "\n\n".join(ask)]
    return "\n".join(parts) + "\n"


def _opening(statement: Statement, name: str) -> str:
    if statement.collects_nothing:
        return f"{name} collects no data and sends none to anybody."
    return f"{name} uses the data below for the purposes that are named, and gives it to nobody who is not named."


def _use(use: Use) -> str:
    text = f"**{DATA[use.data].label}**, {PURPOSES[use.purpose]}"
    text += f"; given to {', '.join(use.recipients)}" if use.recipients else "; stays in your workspace"
    text += f"; kept: {use.retention}" if use.retention else ""
    return f"{text}; legal basis: {BASES[use.legal_basis]}." if use.legal_basis else f"{text}."


def _recipient(one: Recipient) -> str:
    hosts = f" ({', '.join(one.hosts)})" if one.hosts else ""
    return f"**{one.name}**{hosts}" + (f": [privacy policy]({one.policy})" if one.policy else "")


def as_label(statement: Statement) -> dict[str, Any]:
    """What a catalogue shows before an installation; keys are stable."""
    return {
        "version": 1,
        "collects_nothing": statement.collects_nothing,
        "data": sorted({use.data for use in statement.uses}),
        "sensitive": sorted({use.data for use in statement.uses if DATA[use.data].sensitive}),
        "purposes": sorted({use.purpose for use in statement.uses}),
        "recipients": [{"name": one.name, "hosts": one.hosts, "policy": one.policy} for one in statement.recipients],
        "stored": statement.storage_retention,
        "confirmed": not statement.guessed,
    }

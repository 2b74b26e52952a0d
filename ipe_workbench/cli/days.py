"""Days as people give them to options."""

from __future__ import annotations

import datetime

import typer

__all__ = ["day_of"]


def day_of(text: str, option: str) -> datetime.date:
    """The day that an option names; a mistake is one of usage, with the option's name."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("Write the day as YYYY-MM-DD, such as 2027-06-01.", param_hint=option) from None

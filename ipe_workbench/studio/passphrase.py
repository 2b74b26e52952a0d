"""A field for a passphrase that keeps it out of everything that a notebook saves."""

from __future__ import annotations

from typing import Any

import ipywidgets
import traitlets

__all__ = ["PassphraseField"]


class PassphraseField(ipywidgets.Password):  # type: ignore[misc]
    """A field that hands its passphrase over once.

    What was typed arrives when the field is left, with the Enter key, or when a button is pressed. At that moment it is
    taken out of the widget's state, which notebooks save and other browsers see, and out of the field. It waits in the
    kernel's memory for the next `take`, and is forgotten then.

    Examples
    --------
    >>> field = PassphraseField(description="Passphrase")
    >>> field.value = "correct horse battery"
    >>> field.value, field.take(), field.take()
    ('', 'correct horse battery', '')
    """

    # The state that a browser sent would else be sent back to all that show the widget.
    value = traitlets.Unicode("").tag(sync=True, echo_update=False)

    def __init__(self, **options: Any) -> None:
        self._waiting = ""
        super().__init__(**{"continuous_update": False, **options})
        self.observe(self._taken, "value")

    def take(self) -> str:
        """The passphrase, once; empty when none was typed since."""
        waiting, self._waiting = self._waiting, ""
        self.placeholder = ""
        return waiting

    def _taken(self, change: Any) -> None:
        if change["new"]:
            self._waiting = change["new"]
            self.value = ""
            self.placeholder = "typed; waits for the next signature"

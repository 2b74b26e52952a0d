"""Issue badges in a notebook: pick awards, see the badge as its learner will, sign, verify, revoke."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from ipe_workbench.credentials import Programme
from ipe_workbench.figures import badge_image
from ipe_workbench.studio.badge_issuer_model import BadgeIssuerModel, example_awards
from ipe_workbench.studio.badge_preview import badge_html, report_html
from ipe_workbench.studio.components import AlertArea, action, escaped, guarded, markup, stacked, style_sheet
from ipe_workbench.studio.passphrase import PassphraseField

__all__ = ["BadgeIssuer"]

#: The most lines of a list; a search finds the others.
_MOST = 500


class BadgeIssuer(widgets.VBox):  # type: ignore[misc]
    """Awards at the top, the badge that is to be signed below, then the badges that there are.

    Passphrases are typed into a field that hands them to the signature and to nothing else: no output, no saved state
    of the widget holds them (see `PassphraseField`).

    Parameters
    ----------
    programme : Programme
        The programme of the credentials.
    folder : path, optional
        Where keys and badges are; ``my-badges`` in the current folder by default. Nothing is written before a key is
        made or a badge is signed.
    model : BadgeIssuerModel, optional
        Its state; a new one for `programme` and `folder` otherwise.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> shown = BadgeIssuer(example_programme())
    >>> shown.example.click()
    >>> shown.model.said, len(shown.awards.options)
    ('6 awards in the text.', 6)
    """

    def __init__(
        self, programme: Programme, folder: str | Path = "my-badges", *, model: BadgeIssuerModel | None = None
    ) -> None:
        self.model = model or BadgeIssuerModel(programme, folder)
        self.alert, self.said = AlertArea(), markup()
        # Errors and answers show in the section where one acts: the room is longer than a screen.
        self._messages = widgets.VBox([self.alert, self.said])
        self._pictures: dict[tuple[str, str], str] = {}
        self._refreshing = False
        self._choosing_box, self._signing_box, self._holding_box = self._choosing(), self._signing(), self._holding()
        sections = [self._choosing_box, self._previewing(), self._signing_box, self._holding_box]
        super().__init__([style_sheet(), _style(), *sections])
        self.add_class("ipe-studio")
        self._at(self._choosing_box)
        self.model.observe(guarded(self.alert)(self._show), "updated")
        guarded(self.alert)(self._show)()

    # ---- what there is

    def _choosing(self) -> widgets.Widget:
        self.file = widgets.Text(description="CSV file of awards (Enter reads it)", continuous_update=False)
        self.upload = widgets.FileUpload(description="Upload a CSV file", multiple=False, accept=".csv")
        self.upload.add_class("ipe-button")
        self.upload.layout.width = "auto"
        self.db = widgets.Text(description="Database of records (IPE_DB when empty)", continuous_update=False)
        self.records = action("Read the records", self._read_records, self.alert)
        self.example = action("Take example awards", self._take_example, self.alert)
        self.find = widgets.Text(description="Find among the awards (learner or title)")
        self.awards = widgets.SelectMultiple(description="Awards (Ctrl or Shift to choose several)", rows=8)
        self.all = action("Choose all that are found", self._choose_all, self.alert)
        self.count = markup()
        self.file.observe(guarded(self.alert)(self._named), "value")
        self.upload.observe(guarded(self.alert)(self._uploaded), "value")
        self.find.observe(guarded(self.alert)(self._show), "value")
        self.awards.observe(guarded(self.alert)(self._chosen), "index")
        return _section(
            "1. Awards",
            _bar(stacked(self.file), self.upload, self.example),
            _bar(stacked(self.db), self.records),
            _bar(stacked(self.find), self.all),
            stacked(self.awards),
            self.count,
        )

    def _previewing(self) -> widgets.Widget:
        self.preview = markup()
        return _section("2. The badge as its learner sees it", self.preview)

    def _signing(self) -> widgets.Widget:
        self.issuer = widgets.Text(
            description="Issuer of new keys (did:web:... of your server; empty: a key for trials)"
        )
        self.passphrase = PassphraseField(description="Passphrase of the keys")
        self.make_keys = action("Make keys", self._make_keys, self.alert)
        self.sign = action("Sign the chosen awards", self._sign, self.alert, primary=True)
        self.key_state = markup()
        self._making = _bar(stacked(self.issuer), self.make_keys)
        return _section("3. Sign", self.key_state, stacked(self.passphrase), self._making, self.sign)

    def _holding(self) -> widgets.Widget:
        self.find_badge = widgets.Text(description="Find among the badges (learner or title)")
        self.badge = widgets.Dropdown(description="Badge")
        self.verify = action("Verify", self._verify, self.alert, primary=True)
        self.reason = widgets.Text(description="Reason of a revocation (it is published)", continuous_update=False)
        self.revoke_passphrase = PassphraseField(description="Passphrase of the keys, to revoke")
        self.revoke = action("Revoke this badge", self._revoke, self.alert)
        self.report = markup()
        self.badge.observe(guarded(self.alert)(self._picked), "value")
        self.find_badge.observe(guarded(self.alert)(self._show), "value")
        return _section(
            "4. Verify and revoke",
            stacked(self.find_badge),
            _bar(stacked(self.badge), self.verify),
            self.report,
            _bar(stacked(self.reason), stacked(self.revoke_passphrase), self.revoke),
        )

    # ---- what one does

    def _at(self, section: widgets.VBox) -> None:
        """Show messages at the end of a section."""
        for one in (self._choosing_box, self._signing_box, self._holding_box):
            has = self._messages in one.children
            if one is section and not has:
                one.children = (*one.children, self._messages)
            elif one is not section and has:
                one.children = one.children[:-1]

    def _take_example(self) -> None:
        self._at(self._choosing_box)
        self.model.read_text(example_awards(self.model.programme))

    def _read_records(self) -> None:
        self._at(self._choosing_box)
        self.model.read_records(self.db.value)

    def _named(self, change: Any) -> None:
        self._at(self._choosing_box)
        if change["new"].strip():
            self.model.read(change["new"].strip())

    def _uploaded(self, change: Any) -> None:
        self._at(self._choosing_box)
        for one in change["new"]:
            self.model.read_content(one["name"], bytes(one["content"]))

    def _chosen(self, change: Any) -> None:
        if not self._refreshing:
            self.model.chosen = tuple(self.awards.value)

    def _choose_all(self) -> None:
        self.model.chosen = tuple(place for _, place in self._found())

    def _picked(self, change: Any) -> None:
        if not self._refreshing:
            self.model.badge = change["new"] or ""

    def _make_keys(self) -> None:
        self._at(self._signing_box)
        self.model.make_keys(self.passphrase.take(), self.issuer.value)

    def _sign(self) -> None:
        self._at(self._signing_box)
        self.model.sign(self.passphrase.take() or None)

    def _verify(self) -> None:
        self._at(self._holding_box)
        self.model.verify()

    def _revoke(self) -> None:
        self._at(self._holding_box)
        self.model.revoke(self.reason.value, self.revoke_passphrase.take() or None)
        if not self.model.error:
            self.reason.value = ""

    # ---- what is shown

    def _show(self, change: Any = None) -> None:
        model, self._refreshing = self.model, True
        try:
            if model.error:
                self.alert.show(model.error)
            self.said.value = f'<div role="status" class="ipe-said">{escaped(model.said)}</div>' if model.said else ""
            self._show_awards()
            self._show_badges()
        finally:
            self._refreshing = False
        self.key_state.value = f"<p>{self._keys_in_words()}</p>"
        self._making.layout.display = "none" if model.has_keys else ""
        self.passphrase.layout.display = self.revoke_passphrase.layout.display = (
            "" if model.needs_passphrase else "none"
        )
        self.sign.disabled = not (model.has_keys and model.chosen)
        self.report.value = report_html(model.report) if model.report is not None else ""
        self.preview.value = self._preview()

    def _show_awards(self) -> None:
        model, found = self.model, self._found()
        shown = found[:_MOST]
        if list(self.awards.options) != shown:
            self.awards.options = shown
        places = [place for _, place in shown]
        self.awards.index = tuple(places.index(one) for one in model.chosen if one in places)
        words = f"{len(model.chosen)} of {len(model.awards)} awards are chosen."
        if len(found) > len(shown):
            words += f" The list shows {len(shown)} of {len(found)}; find the others by their words."
        notes = "".join(f"<li>{escaped(one)}</li>" for one in model.findings[:20])
        self.count.value = f'<p role="status">{words}</p>' + (f"<ul>{notes}</ul>" if notes else "")

    def _show_badges(self) -> None:
        model = self.model
        options = _matching([(one.words, one.id) for one in model.badges], self.find_badge.value)[:_MOST]
        options = [("choose a badge" if options else "none yet", ""), *options]
        if list(self.badge.options) != options:
            self.badge.options = options
        known = [identifier for _, identifier in options]
        self.badge.index = known.index(model.badge) if model.badge in known else 0
        chosen = next((one for one in model.badges if one.id == model.badge), None)
        self.verify.disabled = chosen is None
        self.revoke.disabled = chosen is None or chosen.state == "revoked"

    def _found(self) -> list[tuple[str, int]]:
        """The awards that the search finds, as (words, place)."""
        issued = self.model.issued()
        lines = []
        for place, one in enumerate(self.model.awards):
            has = (one.learner, one.credential, one.awarded.isoformat()) in issued
            state = " · has a badge" if has else ""
            lines.append((f"{one.learner} · {self.model.title(one)} · {one.awarded}{state}", place))
        return _matching(lines, self.find.value)

    def _keys_in_words(self) -> str:
        if not self.model.has_keys:
            return "There are no keys yet. Choose a passphrase of a few words, and make some."
        return f"The keys are in <code>{escaped(self.model.keys)}</code>, encrypted."

    def _preview(self) -> str:
        credential = self.model.preview()
        if credential is None:
            return "<p class='ipe-muted'>Choose an award to see its badge.</p>"
        award = self.model.chosen_awards[0]
        key = award.credential, award.version
        if key not in self._pictures:
            design = self.model.programme.designed(*key)
            self._pictures[key] = badge_image(design, self.model.programme).to_html()
        return badge_html(credential, self._pictures[key], email=award.email or "")


def _matching(lines: Sequence[tuple[str, Any]], wanted: str) -> list[tuple[str, Any]]:
    words = wanted.lower().split()
    return [one for one in lines if all(word in one[0].lower() for word in words)]


def _section(title: str, *content: widgets.Widget) -> widgets.VBox:
    box = widgets.VBox([markup(f"<h2>{title}</h2>"), *content])
    box.add_class("ipe-card")
    return box


def _bar(*content: widgets.Widget) -> widgets.Box:
    box = widgets.Box(list(content))
    box.add_class("ipe-bar")
    box.add_class("ipe-bottom")
    return box


def _style() -> widgets.HTML:
    return widgets.HTML(f"<style>{_STYLE}</style>", layout=widgets.Layout(display="none"))


_STYLE = """
.ipe-studio .ipe-badge { display: grid; grid-template-columns: minmax(150px, 220px) minmax(0, 1fr); gap: 4px 20px;
  background: var(--ipe-shade); border-radius: 6px; padding: 14px 16px; }
.ipe-badge > .ipe-wide { grid-column: 1 / -1; } .ipe-badge figure { margin: 0; }
.ipe-badge figcaption { display: none; } .ipe-studio h4 { margin: 10px 0 2px; font-size: 13px; color: inherit; }
.ipe-badge ul { margin: 0; padding-left: 18px; }
.ipe-facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 2px 14px; margin: 6px 0 0; }
.ipe-facts dt { color: var(--ipe-muted); } .ipe-facts dd { margin: 0; }
.ipe-studio .ipe-checks { border-collapse: collapse; width: 100%; margin-top: 8px; }
.ipe-checks caption { text-align: left; font-weight: 600; padding: 2px 0; }
.ipe-checks :is(th, td) { text-align: left; vertical-align: top; padding: 3px 12px 3px 0; font-weight: normal;
  border-top: 1px solid var(--ipe-line); } .ipe-checks thead th { color: var(--ipe-muted); border-top: 0; }
.ipe-badge details { margin-top: 8px; } .ipe-badge summary { cursor: pointer; font-weight: 600; }
.ipe-studio .ipe-checks { margin-bottom: 10px; } .ipe-checks td:nth-child(2) { white-space: nowrap; }
@media (max-width: 620px) { .ipe-studio .ipe-badge { grid-template-columns: minmax(0, 1fr); } }
"""

"""The page of the trend over terms."""

from __future__ import annotations

import shutil
from pathlib import Path

from ipe_workbench.credentials import keep_issued, load_programme
from ipe_workbench.reporting import open_trend_report, sections
from tests.programmes import replace_in


def test_a_rule_that_changed_without_a_new_version_is_named(small_programme: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(small_programme, tmp_path / "small")
    keep_issued(load_programme(folder), ["team-communication", "team-care-certificate"])
    credential = folder / "credentials" / "01-team-communication.yaml"
    replace_in(credential, "owner: Course director", "owner: Somebody else")  # no rule
    before = shutil.copytree(folder, tmp_path / "before")
    replace_in(credential, "pass_score: 0.7", "pass_score: 0.9")
    assert "Changed without" not in sections.trend.breaks(open_trend_report(before)).markup
    told = sections.trend.breaks(open_trend_report(folder)).markup
    assert "Changed without a new version since it was issued" in told
    assert "<strong>Team communication</strong> (assessment), version 0.1" in told
    assert "Team care certificate" not in told
    # With a new version it is a break like any other, which the records tell.
    renamed = shutil.copytree(folder, tmp_path / "renamed")
    replace_in(renamed / "credentials" / credential.name, 'version: "0.1"', 'version: "0.2"')
    assert "Changed without" not in sections.trend.breaks(open_trend_report(renamed)).markup

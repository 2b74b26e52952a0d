"""What was published of a term is kept, so that two releases of one term do not show what neither does."""

from __future__ import annotations

import json
import stat

import pandas as pd
import pytest

from ipe_workbench.errors import UnreadableFileError, UnusableInputError
from ipe_workbench.records.privacy import TOTAL, attack, publish, read_release, releases_of, save_release, suppress
from tests.records.privacy.releases import KINDS, case


def table(**counts: int) -> pd.DataFrame:
    rows = [{"profession": name, "count": count} for name, count in counts.items()]
    return pd.DataFrame([*rows, {"profession": TOTAL, "count": sum(counts.values())}])


@pytest.mark.parametrize("seed", range(len(KINDS)))
def test_a_release_comes_back_from_its_file_as_it_was(tmp_path, seed):
    one = case(seed)
    release = suppress(one.tables, show_zeros=one.show_zeros)
    back = read_release(save_release(release, tmp_path, "2026-fall"))
    assert back.hidden == dict(release.hidden)
    for name, frame in release.published.items():
        pd.testing.assert_frame_equal(back.published[name], frame, check_dtype=False)
    # It protects the next release exactly as the one in memory does.
    assert suppress(one.tables, earlier=[back]).hidden == suppress(one.tables, earlier=[release]).hidden


def test_two_releases_of_one_term_do_not_tell_their_difference(tmp_path):
    first = publish({"badges": table(medicine=40, nursing=30)}, tmp_path, "2026-fall")
    second = publish({"badges": table(medicine=41, nursing=30)}, tmp_path, "2026-fall")
    assert first.published["badges"]["count"].notna().all()
    assert second.published["badges"]["count"].isna().any()
    assert not attack(second, releases_of(tmp_path, "2026-fall")[:1])["recovered"].any()
    # Another term is about other learners.
    other = publish({"badges": table(medicine=41, nursing=30)}, tmp_path, "2027-spring")
    assert other.published["badges"]["count"].notna().all()
    third = publish({"badges": table(medicine=41, nursing=30)}, tmp_path, "2026-fall")
    assert third.published["badges"]["count"].isna().any()
    assert len(releases_of(tmp_path, "2026-fall")) == 3


def test_the_shelf_is_for_its_owner_alone(tmp_path):
    publish({"badges": table(medicine=40, nursing=3)}, tmp_path / "shelf", "2026-fall")
    (file,) = (tmp_path / "shelf" / "2026-fall").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_release_that_came_out_meanwhile_is_not_replaced(tmp_path):
    release = publish({"badges": table(medicine=40, nursing=30)}, tmp_path, "2026-fall")
    with pytest.raises(UnusableInputError, match="came out meanwhile"):
        save_release(release, tmp_path, "2026-fall", number=1)
    assert [one.name for one in (tmp_path / "2026-fall").iterdir()] == ["release-0001.json"]


def test_a_release_that_is_missing_or_damaged_stops_the_next_one(tmp_path):
    for nursing in (30, 50):
        publish({"badges": table(medicine=40, nursing=nursing)}, tmp_path, "2026-fall")
    first = tmp_path / "2026-fall" / "release-0001.json"
    kept = first.read_text()
    for wrong in ("", "[]", "{}", json.dumps({**json.loads(kept), "format": 9}), kept[:50]):
        first.write_text(wrong)
        with pytest.raises(UnreadableFileError, match="not a release"):
            publish({"badges": table(medicine=40, nursing=50)}, tmp_path, "2026-fall")
    first.unlink()
    with pytest.raises(UnusableInputError, match="release 1 of the term is missing"):
        publish({"badges": table(medicine=40, nursing=50)}, tmp_path, "2026-fall")


@pytest.mark.parametrize("term", ["../2026", "", "a/b", ".hidden"])
def test_a_term_that_is_no_id_makes_no_folder(tmp_path, term):
    with pytest.raises(UnusableInputError, match="no id of a term"):
        publish({"badges": table(medicine=40, nursing=30)}, tmp_path / "shelf", term)
    assert not (tmp_path / "shelf").exists()

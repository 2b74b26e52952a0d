"""What tables look like on a terminal and in a pipe."""

from __future__ import annotations

from ipe_workbench.cli.output import print_table, table


def test_a_title_longer_than_its_table_stays_on_one_line(capsys):
    title = f"Records of /srv/{'a-long-folder/' * 12}records.sqlite [bold]"
    print_table(table(title, ("Table", ("Rows", "right")), [("awards", 1)]))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == title
    assert [line.split() for line in lines if "awards" in line] == [["awards", "1"]]

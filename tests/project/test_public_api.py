"""The names that others build on: a change here is a change for users and goes into the changelog."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest

import ipe_workbench

TOP = {
    "CompetencyGraph", "Coverage", "Facts", "Finding", "Framework", "MicroCredential", "Programme", "Scenario",
    "SimulationResult", "Stack", "WorkbenchError", "check_folder", "check_programme", "coverage", "evaluate",
    "example_programme", "explain", "list_frameworks", "load_framework", "load_programme", "parse_rule",
    "save_programme", "simulate",
}  # fmt: skip

ROOMS = [
    "badges", "frameworks", "credentials", "pathways", "records", "simulation", "evaluation", "figures", "reporting",
    "studio",
]  # fmt: skip


def test_top_level_names_are_these_and_all_load():
    assert set(ipe_workbench.__all__) == TOP
    assert all(getattr(ipe_workbench, name) is not None for name in TOP)
    assert set(dir(ipe_workbench)) >= TOP


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nothing_like_it"):
        ipe_workbench.nothing_like_it  # noqa: B018


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_exports_only_names_that_exist_and_says_what_it_is_for(room):
    module = importlib.import_module(f"ipe_workbench.{room}")
    assert len(module.__doc__ or "") > 80
    assert all(getattr(module, name) is not None for name in module.__all__)


def test_no_room_is_left_without_a_docstring():
    for found in pkgutil.walk_packages(ipe_workbench.__path__, "ipe_workbench."):
        assert importlib.import_module(found.name).__doc__, found.name


def test_each_class_of_the_package_itself_shows_how_it_is_used():
    classes = [one for name in ipe_workbench.__all__ if inspect.isclass(one := getattr(ipe_workbench, name))]
    assert len(classes) > 8
    assert not [one.__name__ for one in classes if ">>>" not in (one.__doc__ or "")]


@pytest.mark.parametrize("room", ROOMS)
def test_each_public_function_shows_how_it_is_used(room):
    module = importlib.import_module(f"ipe_workbench.{room}")
    functions = [one for name in module.__all__ if inspect.isfunction(one := getattr(module, name))]
    assert functions
    assert not [one.__name__ for one in functions if ">>>" not in (one.__doc__ or "")]

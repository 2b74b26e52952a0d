"""What `pip install` gives: the wheel carries data and notebooks, and works far from the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from ipe_workbench.credentials import example_programme, load_programme
from ipe_workbench.simulation import Scenario, simulate

ROOT = Path(__file__).parents[2]
SOURCES = ("data", "docs", "ipe_workbench", "notebooks", "scripts", ".gitignore", "LICENSE", "Makefile", "README.md",
           "environment.yml", "pyproject.toml", "requirements.lock", "requirements-dev.lock")  # fmt: skip
SHIPPED = PurePosixPath("ipe_workbench/_shipped")

pytestmark = pytest.mark.slow  # builds a wheel and an sdist, and makes a virtual environment


def build(source: Path, kind: str, into: Path) -> Path:
    """Build with the project's own build back end, offline."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", str(into)]
    subprocess.run(command, cwd=source, check=True, capture_output=True, timeout=120)
    (built,) = into.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return built


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout with the leftovers that a folder in use has."""
    folder = tmp_path_factory.mktemp("checkout")
    skip = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "my-programmes")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=skip)
        else:
            shutil.copy(ROOT / name, folder / name)
    leftovers = (
        "notebooks/.ipynb_checkpoints/00_start_here-checkpoint.ipynb",
        "notebooks/my-programmes/mine/programme.yaml",
        "data/__pycache__/left.pyc",
        "runs/mine/learners.parquet",
        "reports/2026-fall/names.html",
        ".venv/secret",
    )
    for name in leftovers:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("not for others", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(source, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sdist(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(source, "sdist", tmp_path_factory.mktemp("sdist"))


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("RECORD")}


def files_of_checkout(folder: str, *, but: tuple[str, ...]) -> set[str]:
    listed = (path.relative_to(ROOT) for path in (ROOT / folder).rglob("*") if path.is_file())
    ignored = {"__pycache__", ".ipynb_checkpoints", "my-programmes"}
    return {one.as_posix() for one in listed if not ignored & set(one.parts) and one.name not in but}


def test_wheel_holds_exactly_the_package_data_and_notebooks(wheel: Path):
    expected = files_of_checkout("ipe_workbench", but=())
    for folder in ("data", "notebooks"):
        expected |= {str(SHIPPED / name) for name in files_of_checkout(folder, but=("conftest.py", "pytest.ini"))}
    assert {name for name in contents(wheel) if ".dist-info/" not in name} == expected


def test_wheel_is_typed_licensed_and_has_the_command(wheel: Path):
    files = contents(wheel)
    assert "ipe_workbench/py.typed" in files
    (licence,) = (text for name, text in files.items() if name.endswith("licenses/LICENSE"))
    assert b"Apache License" in licence
    (commands,) = (text for name, text in files.items() if name.endswith("entry_points.txt"))
    assert b"ipe = ipe_workbench.cli:main" in commands


def test_sdist_builds_the_same_wheel(wheel: Path, sdist: Path, tmp_path: Path):
    with tarfile.open(sdist) as archive:
        # Python 3.11.2, which Debian 12 has, knows no filter; later versions ask for one.
        archive.extractall(tmp_path, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))  # noqa: S202
    (unpacked,) = tmp_path.iterdir()
    assert contents(build(unpacked, "wheel", tmp_path / "dist")) == contents(wheel)


def test_sdist_holds_what_the_two_commands_need_and_nothing_private(sdist: Path):
    with tarfile.open(sdist) as archive:
        texts = {
            name.partition("/")[2]: archive.extractfile(name).read()
            for name in archive.getnames()
            if "PKG-INFO" not in name
        }
    assert set(SOURCES) & set(texts) == {name for name in SOURCES if (ROOT / name).is_file()}
    assert "scripts/setup.sh" in texts
    assert b"not for others" not in texts.values()


def lend_what_is_compiled(package: Path) -> None:
    """Give another installation the compiled model of this one, which holds by its content."""
    simulate(example_programme(), Scenario(id="x", title="X"), replicates=1, seed=1)
    for file in (ROOT / "ipe_workbench").glob("**/__pycache__/*.nb[ci]"):
        there = package / file.relative_to(ROOT / "ipe_workbench")
        there.parent.mkdir(exist_ok=True)
        shutil.copy(file, there)


@pytest.mark.timeout(900)  # on a busy machine the model may have to be compiled first
def test_installed_wheel_works_outside_of_the_checkout(wheel: Path, tmp_path: Path):
    place = tmp_path / "venv"
    venv.create(place, with_pip=False, symlinks=True)
    python = place / "bin" / "python"
    # The dependencies are those of this environment; the project itself must come from the wheel.
    here = next(path for path in sys.path if path.endswith("site-packages"))
    (there,) = place.glob("lib/python*/site-packages")
    (there / "dependencies.pth").write_text(here + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*command, "--force-reinstall", "--ignore-installed", str(wheel)], check=True, timeout=120)

    def ipe(*arguments: str) -> str:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        clean["JUPYTER_PATH"] = str(Path(sys.prefix, "share", "jupyter"))  # what the lent dependencies have there
        command = [str(place / "bin" / "ipe"), *arguments]
        answer = subprocess.run(
            command, cwd=tmp_path, env=clean, capture_output=True, text=True, timeout=600, check=False
        )
        assert answer.returncode == 0, answer.stderr
        return answer.stdout

    home = "import ipe_workbench.resources as r; print(r.data_folder(), r.notebooks_folder())"
    where = subprocess.run([str(python), "-I", "-c", home], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert where.stdout.split() == [str(there / SHIPPED / name) for name in ("data", "notebooks")]
    assert ipe("--version").startswith("ipe-workbench ")
    assert "ipec-2023" in ipe("frameworks", "list")
    ipe("init", "mine", "--title", "Team care", "--issuer", "Our school")
    assert "mine" in ipe("check", "mine")
    lend_what_is_compiled(there / "ipe_workbench")
    assert "simulated" in ipe("simulate", "mine", "--replicates", "4").lower()
    term = next(iter(load_programme(tmp_path / "mine").info.terms)).id
    ipe("report", term, "--programme", "mine", "--replicates", "4", "--only", "term-evaluation")
    assert (tmp_path / "reports" / term / "mine-term-evaluation.html").stat().st_size > 10_000

"""Tattlebox and its locked libraries, in an environment of their own: /opt/tattlebox."""

from __future__ import annotations

import shutil
import sys
import sysconfig
import tempfile
import zipfile
from configparser import ConfigParser
from pathlib import Path
from typing import Final

from card.run import BuildError, run

REPOSITORY: Final = Path(__file__).parents[2]

PYTHON: Final = "3.13"
"""Debian 13's."""

WHEELS: Final = {"amd64": "x86_64", "arm64": "aarch64"}

GLIBC: Final = ("2_17", "2_24", "2_26", "2_27", "2_28", "2_31", "2_34")
"""Kinds of wheels that run on Debian 13, by the C library they were made for."""

COMPILER: Final = {"amd64": "gcc", "arm64": "aarch64-linux-gnu-gcc"}

EXTENSIONS: Final = ("sensor/capture/_window", "sensor/meter/_meter", "sensor/quick/_quick")


def install(root: Path, arch: str) -> None:
    """Make /opt/tattlebox below `root`, for another processor as well as for this one. Raises BuildError."""
    home = root / "opt/tattlebox"
    packages = home / f"lib/python{PYTHON}/site-packages"
    lock = ("--require-hashes", "--requirement", REPOSITORY / "requirements.txt")
    _pip_install(packages, arch, *lock)
    # Ours is unpacked: pip sees the interpreter that made it, not that every later one may load it.
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(_wheel(Path(folder), arch)) as wheel:
        wheel.extractall(packages)
    missing = [name for name in EXTENSIONS if not (packages / f"{name}.abi3.so").exists()]
    if missing:
        raise BuildError(f"{', '.join(missing)} did not compile for {arch}: see that {COMPILER[arch]} works")
    shutil.rmtree(packages / "bin", ignore_errors=True)
    (home / "bin").mkdir(parents=True)
    (home / "bin/python3").symlink_to("/usr/bin/python3")
    (home / "pyvenv.cfg").write_text(
        f"home = /usr/bin\ninclude-system-site-packages = false\nversion = {PYTHON}\n"
    )
    for name, target in _commands():
        _command(home / "bin" / name, *target.split(":"))


def _pip_install(target: Path, arch: str, *what: str | Path) -> None:
    machine = WHEELS[arch]
    platforms = [f"--platform=manylinux_{glibc}_{machine}" for glibc in GLIBC]
    platforms += [f"--platform=manylinux2014_{machine}", f"--platform=linux_{machine}"]
    run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile", "--upgrade"),
            *("--only-binary=:all:", f"--python-version={PYTHON}", "--implementation=cp", *platforms),
            *(f"--target={target}", *what),
        ]
    )


def _wheel(folder: Path, arch: str) -> Path:
    """Return our own wheel, of the committed source, with its extensions compiled for `arch`."""
    source, headers = folder / "source", folder / "headers"
    source.mkdir()
    archive = folder / "source.tar"
    run(["git", "-C", REPOSITORY, "archive", f"--output={archive}", "HEAD"])
    run(["tar", "-xf", archive, "-C", source])
    environment = {
        "CC": COMPILER[arch],
        "CFLAGS": f"-I{headers} -ffile-prefix-map={source}=.",
        "_PYTHON_HOST_PLATFORM": f"linux-{WHEELS[arch]}",
    }
    _headers(headers, arch)
    build = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation")
    run([*build, f"--wheel-dir={folder}", source], env=environment)
    return next(folder.glob("tattlebox-*.whl"))


def _headers(folder: Path, arch: str) -> None:
    """Lay this machine's Python configuration where the compiler of another processor looks for its own.

    Both are little-endian with 64-bit pointers, and nothing of it that the stable ABI uses differs.
    """
    if arch == "amd64":
        return
    name = f"{WHEELS[arch]}-linux-gnu/python{sysconfig.get_python_version()}"
    (folder / name).mkdir(parents=True)
    ours = Path(sysconfig.get_config_h_filename())
    debians = Path(f"/usr/include/{sysconfig.get_config_var('MULTIARCH')}") / ours.parent.name / ours.name
    shutil.copy(debians if debians.exists() else ours, folder / name / "pyconfig.h")


def _commands() -> list[tuple[str, str]]:
    setup = ConfigParser()
    setup.read(REPOSITORY / "setup.cfg")
    lines = setup["options.entry_points"]["console_scripts"].strip().splitlines()
    return [(name.strip(), target.strip()) for name, _, target in (line.partition("=") for line in lines)]


def _command(path: Path, module: str, function: str) -> None:
    start = f"import sys\n\nfrom {module} import {function}\n\nsys.exit({function}())\n"
    path.write_text(f"#!/opt/tattlebox/bin/python3\n{start}")
    path.chmod(0o755)

"""Which updates are taken: real RAUC bundles, made here, signed well and badly."""

import random
import shutil
import subprocess

import pytest

from appliance.card.bundles import Bundle, BundleError, check, order
from appliance.cli import main

MACHINE = "tattlebox-arm64"
OLD, INSTALLED, NEW = "0.1.0+202601010000", "0.1.0+202602010000", "0.2.0+202601150000"

needs_rauc = pytest.mark.skipif(
    not (shutil.which("rauc") and shutil.which("mksquashfs")),
    reason="bundles need rauc: apt-get install rauc squashfs-tools",
)


def key(folder, name):
    made = (folder / f"{name}.key", folder / f"{name}.pem")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    command += ["-subj", f"/CN={name}", "-days", "3650", "-keyout", made[0], "-out", made[1]]
    subprocess.run(command, check=True, capture_output=True)
    return made


def bundle(folder, name, signer, version=NEW, machine=MACHINE):
    content, out = folder / f"{name}.content", folder / f"{name}.raucb"
    content.mkdir()
    for image in ("boot.img", "system.img"):
        (content / image).write_bytes(random.Random(name).randbytes(9_000))  # RAUC wants more than a page
    (content / "manifest.raucm").write_text(
        f"[update]\ncompatible={machine}\nversion={version}\n\n[bundle]\nformat=verity\n\n"
        "[image.boot]\nfilename=boot.img\n\n[image.system]\nfilename=system.img\n"
    )
    command = ["rauc", "bundle", f"--key={signer[0]}", f"--cert={signer[1]}", content, out]
    subprocess.run(command, check=True, capture_output=True)
    return out


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundles")
    ours, theirs = key(folder, "ours"), key(folder, "theirs")
    files = {
        "new": bundle(folder, "new", ours),
        "old": bundle(folder, "old", ours, OLD),
        "same": bundle(folder, "same", ours, INSTALLED),
        "other": bundle(folder, "other", ours, machine="tattlebox-amd64"),
        "unreadable": bundle(folder, "unreadable", ours, version="latest"),
        "stranger": bundle(folder, "stranger", theirs),
        "missing": folder / "missing.raucb",
        "text": folder / "text.raucb",
        "cut": folder / "cut.raucb",
        "changed": folder / "changed.raucb",
    }
    whole = files["new"].read_bytes()
    files["text"].write_text("not a bundle\n")
    files["cut"].write_bytes(whole[: len(whole) // 2])
    # A verity bundle's signature covers the root of a hash tree; that lies, with the signature, at its end.
    files["changed"].write_bytes(whole[:-200] + bytes(byte ^ 1 for byte in whole[-200:-100]) + whole[-100:])
    return files, ours[1]


@needs_rauc
def test_a_newer_bundle_of_ours_is_taken(made):
    files, keyring = made
    assert check(files["new"], keyring, INSTALLED, MACHINE) == Bundle(MACHINE, NEW)


@needs_rauc
@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("old", "not newer than"),
        ("same", "not newer than"),
        ("other", "it is for tattlebox-amd64"),
        ("unreadable", "read the version 'latest'"),
        ("stranger", "signature is not good"),
        ("missing", "there is no file"),
        ("text", "signature is not good"),
        ("cut", "signature is not good"),
        ("changed", "signature is not good"),
    ],
)
def test_every_other_is_refused_with_its_reason(made, name, says):
    files, keyring = made
    with pytest.raises(BundleError, match=says):
        check(files[name], keyring, INSTALLED, MACHINE)


@needs_rauc
def test_the_command_says_so_in_one_sentence(made, tmp_path, capsys):
    files, keyring = made
    shutil.copy(keyring, tmp_path / "updates.pem")
    (tmp_path / "version").write_text(INSTALLED + "\n")
    (tmp_path / "machine").write_text(MACHINE + "\n")
    assert main(["update", "check", str(files["new"]), "--share", str(tmp_path)]) == 0
    assert NEW in capsys.readouterr().out
    assert main(["update", "install", str(files["old"]), "--share", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(
        f"tattlebox: {files['old']} is refused: it is {OLD}, not newer than {INSTALLED}"
    )


def test_versions_are_compared_as_numbers():
    assert order("0.10.0+202601010000") > order("0.9.0+202612310000")
    assert order("0.1.0+202601010001") > order("0.1.0+202601010000")

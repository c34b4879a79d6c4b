"""A bundle proves that no byte of it was changed: none at all, wherever it lies."""

from __future__ import annotations

import hashlib
import random
import zipfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance.dossier import bundle
from appliance.dossier.bundle import (
    MANIFEST,
    SIGNATURE,
    BundleError,
    verify,
    verify_folder,
    verify_one,
    write,
)
from appliance.dossier.keys import fingerprint

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
FILES = {"dossier.pdf": b"%PDF-1.7 small", "days.csv": b"day,domain\n", "empty.txt": b""}


def made(folder: Path, files: dict[str, bytes] = FILES, key: Ed25519PrivateKey = KEY) -> Path:
    """Return a bundle of these files, made in a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    write(folder.parent / f"{folder.name}.zip", folder, list(files), key)
    return folder.parent / f"{folder.name}.zip"


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return made(tmp_path / "sound")


def refused(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(BundleError) as caught:
        verify(path)
    return str(caught.value)


def test_what_was_written_is_sound_and_names_its_key(sound: Path) -> None:
    found = verify(sound)
    assert found.files == tuple(FILES)
    assert found.key == KEY.public_key()
    assert len(fingerprint(found.key).replace(" ", "")) == 32


def test_the_same_files_give_the_same_bytes_on_every_python(tmp_path: Path, sound: Path) -> None:
    again = made(tmp_path / "again").read_bytes()
    assert again == sound.read_bytes()
    digest = "6184bcdd639ed0467d13a14eae3b4ffa89747addf0b822143dd296dcbf2f23b7"
    assert hashlib.sha256(again).hexdigest() == digest, (
        "the container's form changed: older dossiers no longer verify"
    )


@pytest.mark.parametrize("start", range(4))
def test_every_single_byte_counts(sound: Path, tmp_path: Path, start: int) -> None:
    content, other = sound.read_bytes(), tmp_path / "other.zip"
    chance = random.Random(start)
    for place in range(start, len(content), 4):
        changed = bytearray(content)
        changed[place] ^= chance.randrange(1, 256)
        assert refused(other, bytes(changed)), place


def test_cut_short_longer_and_empty_are_refused(sound: Path, tmp_path: Path) -> None:
    content, other = sound.read_bytes(), tmp_path / "other.zip"
    for wrong in (b"", b"PK", content[:-1], content[: len(content) // 2], content + b"\0", b"\0" + content):
        refused(other, wrong)
    assert "no whole bundle" in refused(other, b"not a bundle")


def repacked(sound: Path, out: Path, *, compress: int = zipfile.ZIP_STORED, **changes: bytes) -> Path:
    """Return the bundle packed by another program, with members changed or added."""
    with zipfile.ZipFile(sound) as source, zipfile.ZipFile(out, "w", compress) as target:
        members = {name: source.read(name) for name in source.namelist()} | changes
        for name, content in members.items():
            target.writestr(name, content)
    return out


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"days.csv": b"day,domain\nx"}, "days.csv was changed"),
        ({"more.txt": b"x"}, "without MANIFEST"),
        ({MANIFEST: b""}, "signature does not fit"),
        ({SIGNATURE: b"key 00\nsignature 00\n"}, "no key and signature"),
        ({}, "bytes between the files"),
    ],
)
def test_another_program_s_bundle_is_told_apart(
    sound: Path, tmp_path: Path, changes: dict[str, bytes], said: str
) -> None:
    with pytest.raises(BundleError, match=said):
        verify(repacked(sound, tmp_path / "x.zip", **changes))


def test_a_compressed_member_is_never_opened(sound: Path, tmp_path: Path) -> None:
    bomb = repacked(
        sound, tmp_path / "x.zip", compress=zipfile.ZIP_DEFLATED, **{"days.csv": bytes(10_000_000)}
    )
    with pytest.raises(BundleError, match="expected a stored file"):
        verify(bomb)


@pytest.mark.parametrize("name", ["../up.txt", "/etc/x", "a/b.txt", "..", "."])
def test_no_member_leaves_its_folder(tmp_path: Path, name: str) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as target:
        for member in (name, MANIFEST, SIGNATURE):
            target.writestr(member, b"")
    with pytest.raises(BundleError):
        verify(path)
    assert not (tmp_path.parent / "up.txt").exists()


def test_a_forger_s_own_key_is_whole_but_another(sound: Path, tmp_path: Path) -> None:
    forged = made(tmp_path / "forged", FILES | {"days.csv": b"lies"}, Ed25519PrivateKey.generate())
    assert fingerprint(verify(forged).key) != fingerprint(verify(sound).key)


def test_a_file_taken_out_is_checked_beside_its_manifest(tmp_path: Path, sound: Path) -> None:
    folder = tmp_path / "sound"
    assert verify_folder(folder).files == tuple(FILES)
    assert verify_folder(folder, "dossier.pdf").key == KEY.public_key()
    copy = tmp_path / "renamed.pdf"
    copy.write_bytes(FILES["dossier.pdf"])
    assert verify_one(sound, copy).key == KEY.public_key()
    copy.write_bytes(FILES["dossier.pdf"] + b" ")
    with pytest.raises(BundleError, match="was changed"):
        verify_one(sound, copy)
    (folder / "dossier.pdf").write_bytes(b"%PDF-1.7 smalL")
    with pytest.raises(BundleError, match=r"dossier\.pdf was changed"):
        verify_folder(folder, "dossier.pdf")
    with pytest.raises(BundleError, match="does not speak of"):
        verify_folder(folder, "other.pdf")
    (folder / "days.csv").unlink()
    with pytest.raises(BundleError, match=r"(missing|was changed)"):
        verify_folder(folder)


def test_nothing_half_written_is_left(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write(tmp_path / "x.zip", tmp_path, ["not there"], KEY)
    assert list(tmp_path.iterdir()) == []


def test_a_large_manifest_is_not_read(tmp_path: Path) -> None:
    made(tmp_path / "large")
    (tmp_path / "large" / MANIFEST).write_bytes(bytes(bundle.MAX_MANIFEST_BYTES + 1))
    with pytest.raises(BundleError, match="more than"):
        verify_folder(tmp_path / "large")

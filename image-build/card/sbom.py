"""The bill of materials: every package on the card with version, source and licence, as SPDX 2.3 JSON."""

from __future__ import annotations

import datetime
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from card.base import PACKAGES


def sbom(root: Path, name: str) -> str:
    """Return the SPDX document of a root folder, before that is tidied."""
    packages = sorted([*_debian(root), *_python(root)], key=lambda one: one["SPDXID"])
    created = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.UTC)
    document = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": name,
        "documentNamespace": f"urn:tattlebox:{name}",
        "creationInfo": {"created": f"{created:%Y-%m-%dT%H:%M:%SZ}", "creators": ["Tool: image-build"]},
        "packages": packages,
        "relationships": [
            {
                "spdxElementId": "SPDXRef-DOCUMENT",
                "relationshipType": "DESCRIBES",
                "relatedSpdxElement": package["SPDXID"],
            }
            for package in packages
        ],
    }
    return json.dumps(document, indent=1, sort_keys=True) + "\n"


def _debian(root: Path) -> Iterator[dict[str, Any]]:
    for line in (root / PACKAGES).read_text().splitlines():
        name, version, arch, source, source_version = line.split("\t")
        yield _package(
            f"deb-{name}",
            name,
            version,
            f"pkg:deb/debian/{name}@{version}?arch={arch}&distro=trixie",
            comment=f"source {source} {source_version}; licences in /usr/share/doc/{name}/copyright",
        )


def _python(root: Path) -> Iterator[dict[str, Any]]:
    for metadata in root.glob("opt/tattlebox/lib/python3*/site-packages/*.dist-info/METADATA"):
        head = metadata.read_text(encoding="utf-8").split("\n\n")[0]
        fields = dict(re.findall(r"^(Name|Version|License-Expression|License): (.+)$", head, re.MULTILINE))
        name, version = fields["Name"], fields["Version"]
        licence = fields.get("License-Expression") or fields.get("License", "see its files")
        yield _package(
            f"pypi-{name}",
            name,
            version,
            f"pkg:pypi/{name.lower()}@{version}",
            comment=f"licence as its maker writes it: {licence}",
        )


def _package(key: str, name: str, version: str, url: str, comment: str) -> dict[str, Any]:
    return {
        "SPDXID": "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", key),
        "name": name,
        "versionInfo": version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": "NOASSERTION",
        "copyrightText": "NOASSERTION",
        "comment": comment,
        "externalRefs": [
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": url}
        ],
    }

"""The image's modules are no part of the product: they are found in their folder."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "image-build"))

"""Who hears and sees, by the real catalogue."""

import pytest

from appliance.alerts.profile import Senses
from appliance.alerts.senses import senses_of
from tests.appliance.alerts.test_policy import RECORD
from tests.appliance.known import knowledge

MODELS = knowledge().devices.models


def test_every_model_of_the_catalogue_is_known_as_its_row_says():
    known = senses_of(MODELS)
    for model in MODELS:
        word = {"yes": True, "no": False, "unknown": None}
        device = RECORD._replace(model=model.model, vendor=model.maker, category=model.category)
        assert known(device) == Senses(word[model.microphone], word[model.camera]), model.model


@pytest.mark.parametrize(
    ("name", "rows", "senses"),
    [
        ("all of its maker's toys hear", ("yes", "yes"), Senses(True, None)),
        ("only some do", ("yes", "no"), Senses(None, None)),
        ("one is not known", ("no", "unknown"), Senses(None, None)),
    ],
)
def test_a_device_without_a_model_has_what_its_makers_things_share(name, rows, senses):
    models = [
        MODELS[0]._replace(model=f"{n}", maker="Toy", category="toy", microphone=row, camera="unknown")
        for n, row in enumerate(rows)
    ]
    assert senses_of(models)(RECORD) == senses, name
    assert senses_of(models)(RECORD._replace(vendor="Other")) == Senses()

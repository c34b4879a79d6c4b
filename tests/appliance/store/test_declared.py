"""Documents are kept as versions, the parent corrects claims, and both go when a device is forgotten."""

import pytest

from appliance.declared.document import NOTICE, PARENT, PARTY, RULE, Claim, Document, digest
from appliance.store.book import Book
from appliance.store.database import StoreError
from appliance.store.declared import MAX_CLAIMS, MAX_DOCUMENTS, Declarations
from appliance.store.notes import Notes
from appliance.store.reader import Reader
from appliance.store.writer import Writer


def notice(text: str, device: str = "d1") -> Document:
    return Document(0, device, NOTICE, 1_700_000_000.0, "pasted", "en", "", text)


def party(name: str) -> Claim:
    return Claim(0, 0, "", PARTY, name, False, f"We share it with {name}.", "share", RULE, False)


@pytest.fixture
def home(tmp_path):
    book = Book(tmp_path / "home.db")
    yield Declarations(book)
    book.close()


def test_versions_are_kept_in_order_with_their_hash(home):
    first = home.add(notice("one"), [party("Sternfunk GmbH")])
    assert first is not None and first.sha256 == digest("one")
    assert home.add(notice("one"), [party("Sternfunk GmbH")]) is None, "the same text is no new version"
    second = home.add(notice("two"), [])
    assert [document.id for document in home.documents("d1")] == [first.id, second.id]
    assert home.add(notice("one"), []) is not None, "back to the former text is a change too"


def test_the_reader_gives_what_was_kept(home):
    home.add(notice("one"), [party("Sternfunk GmbH")])
    with Reader(home.book.path) as reader:
        assert reader.documents("d1") == home.documents("d1")
        assert reader.claims("d1") == home.claims("d1")
        assert reader.claims("d2") == []


def test_the_parent_corrects(home):
    document = home.add(notice("one"), [party("Sternfunk GmbH")])
    home.say(document, PARTY, "Klangwolke SAS")
    assert home.strike(document.id, 1)
    assert not home.strike(document.id, 9)
    found = [(claim.number, claim.value, claim.said_by, claim.struck) for claim in home.claims("d1")]
    assert found == [(1, "Sternfunk GmbH", RULE, True), (2, "Klangwolke SAS", PARENT, False)]
    home.strike(document.id, 1, struck=False)
    assert not home.claims("d1")[0].struck


def test_a_dropped_document_takes_its_claims(home):
    document = home.add(notice("one"), [party("Sternfunk GmbH")])
    home.drop(document.id)
    assert home.documents("d1") == [] and home.claims("d1") == []


def test_bounds(home):
    home.add(notice("many"), [party(f"Firm {n} Ltd") for n in range(MAX_CLAIMS + 5)])
    assert len(home.claims("d1")) == MAX_CLAIMS
    for n in range(MAX_DOCUMENTS - 1):
        home.add(notice(str(n)), [])
    with pytest.raises(StoreError, match="drop an old one"):
        home.add(notice("one more"), [])


def test_a_forgotten_device_takes_its_documents(home):
    home.add(notice("one"), [party("Sternfunk GmbH")])
    home.add(notice("other", "d2"), [])
    writer = Writer(home.book.path)
    writer.erase("d1")
    writer.commit()
    writer.close()
    assert home.documents("d1") == [] and home.claims("d1") == []
    assert len(home.documents("d2")) == 1


def test_what_the_family_gave_outlives_a_replay_made_anew(home, tmp_path):
    home.add(notice("one"), [party("Sternfunk GmbH")])
    Notes(home.book).write("d1", "a gift", 1.0)
    writer = Writer(tmp_path / "anew.db")
    writer.keep_words(home.book.path)
    writer.commit()
    writer.close()
    with Reader(tmp_path / "anew.db") as reader:
        assert (reader.documents("d1"), reader.claims("d1")) == (home.documents("d1"), home.claims("d1"))
    anew = Book(tmp_path / "anew.db")
    assert Notes(anew).of("d1") == "a gift"
    anew.close()

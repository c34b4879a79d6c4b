"""The list as we read it is the library's own, rule for rule."""

from __future__ import annotations

import pytest
from publicsuffixlist import PublicSuffixList

from appliance.lookup.suffixes import public_suffixes


@pytest.mark.parametrize("only_icann", [True, False])
def test_every_suffix_is_that_of_the_library(only_icann: bool) -> None:
    ours, theirs = public_suffixes(only_icann=only_icann), PublicSuffixList(only_icann=only_icann)
    assert vars(ours) == vars(theirs)


@pytest.mark.parametrize(
    ("name", "icann", "private"),
    [
        ("a.b.example.co.uk", "example.co.uk", "example.co.uk"),
        ("toy.github.io", "github.io", "toy.github.io"),
        ("x.y.xn--55qx5d.cn", "y.xn--55qx5d.cn", "y.xn--55qx5d.cn"),
        ("a.www.ck", "www.ck", "www.ck"),
    ],
)
def test_domains(name: str, icann: str, private: str) -> None:
    assert public_suffixes(only_icann=True).privatesuffix(name) == icann
    assert public_suffixes(only_icann=False).privatesuffix(name) == private

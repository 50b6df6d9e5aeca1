import pytest

from rag.errors import ConfigurationError
from rag.settings import load_settings
from ui.app.components.gate import is_invited

ALLOWED = ("ada@example.org", "@Staff.example.org")


@pytest.mark.parametrize(
    "address", ["ada@example.org", "ADA@example.org", " ada@example.org ", "bob@staff.EXAMPLE.org"]
)
def test_addresses_and_domains_come_in_whatever_their_case(address):
    assert is_invited({"email": address}, ALLOWED)
    assert is_invited({"email": address, "email_verified": True}, ALLOWED)


@pytest.mark.parametrize(
    "address",
    [
        "eve@example.org",
        "ada@example.org.evil.net",
        "ada@evil.net@example.org",
        "x@sub.staff.example.org",
        "x@notstaff.example.org",
        "@staff.example.org",
        "ada",
        "",
        None,
    ],
)
def test_all_others_stay_outside(address):
    assert not is_invited({"email": address}, ALLOWED)


@pytest.mark.parametrize("verified", [False, "false", None, 0])
def test_an_address_that_the_provider_does_not_vouch_for_lets_nobody_in(verified):
    assert not is_invited({"email": "ada@example.org", "email_verified": verified}, ALLOWED)


def test_without_a_list_everybody_who_signed_in_comes_in():
    assert is_invited({"sub": "1"}, ())


def test_a_list_without_signing_in_is_refused_since_it_would_keep_nobody_out():
    with pytest.raises(ConfigurationError, match="oidc"):
        load_settings(environment={"CITEWELL_UI__ALLOWED_EMAILS": '["ada@example.org"]'})
    allowed = {"CITEWELL_UI__ALLOWED_EMAILS": '["ada@example.org"]', "CITEWELL_UI__OIDC": "true"}
    assert load_settings(environment=allowed).ui.allowed_emails == ("ada@example.org",)

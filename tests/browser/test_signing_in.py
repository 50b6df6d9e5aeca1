"""People sign in with a provider: who is invited comes in, who is not is turned away."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.looking import settled
from tests.browser.provider import openid_provider, write_secrets

PEOPLE = (
    {"sub": "ada", "name": "Ada", "email": "Ada@Example.org", "email_verified": True},
    {"sub": "eve", "name": "Eve", "email": "eve@elsewhere.net", "email_verified": True},
    {"sub": "mallory", "name": "Mallory", "email": "ada@example.org", "email_verified": False},
)


@pytest.fixture(scope="module")
def address(start_app, tmp_path_factory):
    with openid_provider(PEOPLE) as provider:
        folder = write_secrets(tmp_path_factory.mktemp("started-from"), provider)
        yield start_app(
            folder=folder, CITEWELL_UI__OIDC="true", CITEWELL_UI__ALLOWED_EMAILS='["@example.org"]'
        )


@pytest.fixture
def page(browser, address):
    context = browser.new_context(locale="en-GB")
    # the provider's form asks for a style sheet of the network; the test needs none
    context.route(lambda url: "//127.0.0.1:" not in url, lambda route: route.abort())
    opened = context.new_page()
    opened.goto(address)
    expect(opened.locator(".st-key-sign-in button")).to_be_visible(timeout=120_000)
    yield opened
    context.close()


def sign_in(page, person):
    page.locator(".st-key-sign-in button").click()
    page.wait_for_url("**/oauth2/authorize?**", timeout=60_000)
    page.locator(f'button[value="{person}"]').click()


def test_who_is_invited_signs_in_comes_back_after_a_reload_and_signs_out(page, address):
    assert page.locator("h1, [data-testid=stFileUploader], [data-testid=stSidebarNav]").count() == 0
    sign_in(page, "ada")
    expect(page.locator("h1")).to_have_text("Ask your own documents", timeout=60_000)
    assert page.url.startswith(address)
    page.reload()
    expect(page.locator("h1")).to_have_text("Ask your own documents", timeout=60_000)
    expect(page.locator(".st-key-sign-out button")).to_contain_text("Sign out (Ada)")
    page.locator(".st-key-sign-out button").click()
    page.wait_for_url("**/oauth2/end_session?**", timeout=60_000)
    page.goto(address)
    expect(page.locator(".st-key-sign-in button")).to_be_visible(timeout=60_000)


@pytest.mark.parametrize("person", ["eve", "mallory"])
def test_who_is_not_invited_sees_nothing_and_can_leave(page, address, person):
    sign_in(page, person)
    expect(page.locator('[data-testid="stAlert"]')).to_contain_text("not open to the address", timeout=60_000)
    for path in ("", "library", "status"):
        page.goto(f"{address}/{path}")
        expect(page.locator('[data-testid="stAlert"]')).to_be_visible(timeout=60_000)
        settled(page)
        assert page.locator("h1, [data-testid=stFileUploader], [data-testid=stSidebarNav]").count() == 0
    page.locator(".st-key-sign-out button").click()
    page.wait_for_url("**/oauth2/end_session?**", timeout=60_000)


def test_who_declines_at_the_provider_stays_outside(page):
    page.locator(".st-key-sign-in button").click()
    page.wait_for_url("**/oauth2/authorize?**", timeout=60_000)
    page.locator('button[value="deny"]').click()
    expect(page.locator(".st-key-sign-in button")).to_be_visible(timeout=60_000)
    assert page.locator("h1").count() == 0

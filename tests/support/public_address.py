"""A deployment behind a proxy, at an address that is not its own."""

from tests.harness.signing import TOKEN, TWILIO

PUBLIC = "https://help.example.org:8443"
OLD_TOKEN = "fedcba9876543210fedcba9876543210"
BEHIND_A_PROXY = {
    **TWILIO,
    "TWILIO_AUTH_TOKEN": f"{TOKEN},{OLD_TOKEN}",
    "TWILIO_API_BASE": "http://127.0.0.1:9",
    "REDRESS_PUBLIC_URL": PUBLIC,
    "REDRESS_TRUSTED_PROXIES": "1",
}

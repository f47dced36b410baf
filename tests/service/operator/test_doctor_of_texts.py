"""What the doctor tells of the ways that texts go: credit, failures, countries that nobody can be answered in."""

from tests.harness.provider import provider
from tests.support.commands import Redress, complaint


def test_without_settings_texts_go_nowhere(ready: Redress) -> None:
    said = ready("doctor").stdout
    assert "warn  Texts go to the simulator" in said
    assert "warn  REDRESS_SMTP_URL is not set" in said
    assert "cannot be answered by text" not in said


def test_credit_failures_and_countries_without_an_answer(ready: Redress) -> None:
    for name, country in (("Harbour Aid", "MY"), ("Lake Aid", "TZ"), ("Delta Aid", "VN")):
        assert ready("org", "add", "monitoring_partner", name, "--country", country).returncode == 0
    with provider() as running:
        running.fake.balance = "1.00"
        outcome = ready(
            "doctor",
            **running.environment(),
            REDRESS_SMTP_URL="smtp://us:sekret@127.0.0.1:9?from=alerts@help.example",
        )
        assert running.fake.counts()["requests"] == 2
    assert outcome.returncode == 0, outcome
    for said in (
        "warn  Twilio: 1.00 USD of credit are left.",
        "good  Twilio: 0 of the last 0 texts of a day failed.",
        "warn  E-mail: the mail server does not let us in (no answer).",
        "warn  Workers in TZ cannot be answered by text",
        "warn  Workers in VN cannot be answered by text",
    ):
        assert said in outcome.stdout, said
    assert "Workers in MY" not in outcome.stdout
    assert "sekret" not in outcome.stdout + outcome.stderr


def test_a_provider_that_is_gone_is_a_finding_and_no_failure(ready: Redress) -> None:
    with provider() as running:
        environment = running.environment()
    outcome = ready("doctor", **environment)
    assert outcome.returncode == 0, outcome
    assert outcome.stdout.count("warn  Twilio does not answer as it should: no connection.") == 2


def test_settings_that_are_wrong_stop_every_command_with_one_line(ready: Redress) -> None:
    line = complaint(ready("doctor", TWILIO_ACCOUNT_SID="AC1", TWILIO_AUTH_TOKEN="sekret"), status=2)
    assert line.startswith("TWILIO_ACCOUNT_SID must be")

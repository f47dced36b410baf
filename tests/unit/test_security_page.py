"""SECURITY.md tells of every column that a thief of the database reads in the clear, and no column comes without being told."""

import pytest
from sqlalchemy import Column, LargeBinary

from app import web_rooms
from app.database import Base
from app.dispatcher import heartbeat  # noqa: F401 - its table
from app.settings import PROJECT_ROOT

web_rooms()  # the rooms' models

_IDS = "which rows belong to which case, member or organisation"

_TOLD = {
    "consents.text_hash": "which version of our question",
    "attempts.number": "how many things were counted",
    "attempts.ends_at": "when each window ends",
    "cases.reference": "its reference as helpers say it",
    "cases.country": "its country, as far as it is known",
    "cases.language": "its language",
    "cases.urgency": "its urgency",
    "cases.queue_rank": "its urgency",
    "cases.state": "the state and why it was closed",
    "cases.closing_reason": "the state and why it was closed",
    "cases.is_open": "the state and why it was closed",
    "cases.on_hold": "whether it is on hold",
    "cases.retaliation": "whether retaliation was reported",
    "cases.practice": "whether it is practice",
    "cases.received_hour": "the hour it came",
    "cases.stopped_hour": "the hour it was stopped",
    "cases.erase_at": "when it is to be erased",
    "cases.organisation_id": "the organisation and the member who have it",
    "cases.assignee_id": "the organisation and the member who have it",
    "cases.next_due_at": "what has to happen next and by when",
    "cases.next_clock": "what has to happen next and by when",
    "cases.helper_has_read": "whether a helper has read it",
    "cases.worker_wrote": "whether the worker wrote since",
    "cases.first_answer": "whether the first answer came in time",
    "cases.came_back": "whether the worker came back after a day",
    "cases.edit_version": "how often it was edited",
    "followups.kind": "which question is planned for which hour",
    "followups.due_at": "which question is planned for which hour",
    "followups.since": "since when",
    "followups.round": "which round of it",
    "followups.state": "whether it was answered",
    "followups.asked_hour": "in which hour it was put",
    "planned_texts.about": "of each that is to be texted, and of each text that something was late",
    "planned_texts.subject_id": "of each that is to be texted, and of each text that something was late",
    "planned_texts.planned_hour": "since which hour and when it is looked at next",
    "planned_texts.due_at": "since which hour and when it is looked at next",
    "planned_texts.state": "whether it went out or was called off",
    "planned_texts.tries": "how often that was tried",
    "planned_texts.text_id": "which text it was",
    "clocks.kind": "each deadline, its state and who has to act",
    "clocks.due_at": "each deadline, its state and who has to act",
    "clocks.state": "each deadline, its state and who has to act",
    "clocks.who": "each deadline, its state and who has to act",
    "clocks.law": "by which law it holds",
    "clocks.paused_hour": "since which hour it waits",
    "escalations.clock_id": "for which deadline",
    "escalations.kind": "for which deadline",
    "escalations.late_since": "late since when",
    "escalations.rung": "who was asked because one passed",
    "escalations.state": "what became of it",
    "escalations.organisation_id": "which organisation and which member",
    "escalations.member_id": "which organisation and which member",
    "escalations.asked_hour": "in which hour",
    "escalations.due_at": "by when",
    "escalations.ended_hour": "what became of it",
    "outside_dates.warn_at": "when a helper is reminded of each next",
    "outside_dates.added_hour": "the hours they were added and removed",
    "outside_dates.ended_hour": "the hours they were added and removed",
    "tasks.entry_id": "which of its notes says what",
    "tasks.organisation_id": "by which organisation and which member",
    "tasks.member_id": "by which organisation and which member",
    "tasks.due_at": "by when each is to be done",
    "tasks.planned_hour": "the hours they were planned and ended",
    "tasks.ended_hour": "the hours they were planned and ended",
    "attachments.state": "whether each came, is waited for, was refused and why, or did not come",
    "attachments.refusal": "whether each came, is waited for, was refused and why, or did not come",
    "attachments.last_hour": "the hour in which something of it came last",
    "attachment_chunks.number": "how many pieces of it wait",
    "attachment_chunks.key": "to which intake key",
    "attachment_parts.number": "its size in steps of 128 kB",
    "attachment_parts.version": "its size in steps of 128 kB",
    "consents.text_version": "which version of our question",
    "consents.language": "in which language",
    "consents.how": "by which door each consent was given",
    "consents.hour": "the hours of giving and taking back",
    "consents.withdrawn_hour": "the hours of giving and taking back",
    "consents.receipt_id": "whether a receipt signed it",
    "conversations.phone_id": "which phone and which case",
    "conversations.case_id": "which phone and which case",
    "conversations.number": "the how-manieth of its phone",
    "conversations.silent_at": "the quarter of an hour in which silence settles it",
    "conversations.ended": "whether it is over",
    "custody_readings.asked_by": "who asked to read a case",
    "custody_readings.asked_hour": "who agreed, the hours",
    "custody_readings.agreed_by": "who agreed",
    "custody_readings.agreed_hour": "who agreed, the hours",
    "custody_readings.until": "until when it may be read",
    "entries.seq": "in which order",
    "entries.compartment": "to which of the three compartments it belongs",
    "entries.version": "how often its keys were made anew",
    "entries.kind": "whether it is the report, a contact, a message, a reply, a note",
    "entries.author_kind": "whether the worker or a member wrote it",
    "entries.author_id": "which member",
    "entries.hour": "the hour of each",
    "inbound_texts.gateway": "the gateway, the provider's id of the text",
    "inbound_texts.provider_id": "the gateway, the provider's id of the text",
    "inbound_texts.phone_id": "its phone and its case",
    "inbound_texts.case_id": "its phone and its case",
    "inbound_texts.hour": "the provider's id of the text, its hour",
    "inbound_texts.redacted": "whether it was emptied at the provider",
    "interests.organisation_id": "which organisations have an interest in a site",
    "interests.site_id": "which organisations have an interest in a site",
    "invitations.expires_at": "the times of their invitations",
    "invitations.used_at": "the times of their invitations",
    "invitations.invited_by": "their invitations and who sent them",
    "member_addresses.channel": "has a text or e-mail address for alerts",
    "member_addresses.country": "address for alerts, and its country",
    "members.organisation_id": "how many, their organisation, role and state",
    "members.role": "their organisation, role and state",
    "members.state": "their organisation, role and state",
    "members.totp_last_step": "when each last signed in, to about a minute",
    "members.wrong_codes": "wrong codes of the app in a row",
    "members.codes_rest_until": "until when codes rest",
    "members.trained_restricted": "whether they are trained for restricted cases",
    "offers.organisation_id": "to which organisations it was or may be offered",
    "offers.position": "in which order, and who accepted, declined",
    "offers.state": "who accepted, declined or let it pass",
    "offers.expires_at": "each deadline",
    "opt_outs.hour": "the hours of STOPs",
    "organisations.kind": "other names, kind, country",
    "organisations.name": "everything: name",
    "organisations.aliases": "other names",
    "organisations.country": "other names, kind, country",
    "organisations.countries": "where and in which languages they work",
    "organisations.languages": "where and in which languages they work",
    "organisations.trained": "training, capacity",
    "organisations.capacity": "training, capacity",
    "organisations.employer_run": "whether an employer runs them",
    "organisations.state": "whether they are frozen",
    "organisations.legal_profile": "which law they follow and in which region",
    "organisations.region": "which law they follow and in which region",
    "outgoing_steps.state": "each state with its hour and the provider's reason",
    "outgoing_steps.hour": "each state with its hour and the provider's reason",
    "outgoing_steps.reason": "each state with its hour and the provider's reason",
    "outgoing_texts.purpose": "what it was for",
    "outgoing_texts.case_id": "the same of each",
    "outgoing_texts.phone_id": "the same of each",
    "outgoing_texts.address_id": "to which member's address",
    "outgoing_texts.gateway": "the same of each",
    "outgoing_texts.line": "the line of ours that it uses",
    "outgoing_texts.encoding": "its length in segments and its encoding",
    "outgoing_texts.segments": "its length in segments and its encoding",
    "outgoing_texts.state": "each state with its hour",
    "outgoing_texts.due_at": "the exact time from which it may go",
    "outgoing_texts.valid_until": "until when it is worth sending",
    "outgoing_texts.ask_at": "each state with its hour",
    "outgoing_texts.attempts": "how often it was tried",
    "outgoing_texts.provider_id": "the same of each",
    "outgoing_texts.reason": "the provider's reason",
    "outgoing_texts.redacted": "whether it was emptied at the provider",
    "phones.pepper": "which version of the pepper was used",
    "phones.gateway": "each one's country, gateway and the line of ours",
    "phones.line": "each one's country, gateway and the line of ours",
    "phones.country": "each one's country, gateway and the line of ours",
    "phones.made_hour": "the hour it came",
    "routing_records.hour": "the hour of every run of the routing",
    "simulated_texts.at": "the exact time of each; only with the simulator",
    "sites.code": "the code of the poster",
    "sites.country": "country, sector and state",
    "sites.sector": "country, sector and state",
    "sites.state": "country, sector and state",
    "site_heads.number": "How many known sites there are",
    "standings.union_id": "how independent which union is there",
    "standings.site_id": "how independent which union is there",
    "standings.standing": "how independent which union is there",
    "standings.as_of": "since what date",
    "text_wishes.phone_id": "how many wish to be texted, and on which phone",
    "ticks.job": "when each job last ran",
    "ticks.ran_at": "when each job last ran",
    "vault_circle_members.member_id": "in which circles they are",
    "vault_circle_members.admitted_hour": "since which hour and who let them in",
    "vault_circle_members.admitted_by": "since which hour and who let them in",
    "vault_circles.made_hour": "holds the hour in which the row was made",
    "vault_compartment_keys.compartment": "the three compartments",
    "vault_compartment_keys.version": "how often its keys were made anew",
    "vault_compartment_keys.made_hour": "holds the hour in which the row was made",
    "vault_deployment.made_hour": "the number of the deployment",
    "vault_grants.holder_kind": "which circle, member or receipt may open it",
    "vault_grants.holder_id": "which circle, member or receipt may open it",
    "vault_grants.state": "since which hour and until when",
    "vault_grants.granted_hour": "since which hour and until when",
    "vault_grants.ended_hour": "since which hour and until when",
    "vault_grants.key_version": "how often its keys were made anew",
    "vault_journal.chain_id": "how many acts each case has",
    "vault_journal.seq": "how many acts each case has",
    "vault_journal.hour": "the hour of each, not which acts",
    "vault_journal_chains.seq": "how many acts each case has",
    "vault_journal_chains.key_version": "how often its keys were made anew",
    "vault_member_keys.edition": "how often it was changed",
    "vault_member_keys.pepper": "which version of the pepper was used",
    "vault_member_keys.hardness": "how hard their password is to guess at",
    "vault_public_keys.kind": "which circle, member or receipt may open it",
    "vault_public_keys.version": "the number by which the newest public key",
    "vault_public_keys.made_hour": "holds the hour in which the row was made",
    "vault_receipts.pepper": "which version of the pepper was used",
    "vault_receipts.registered_hour": "how many codes it had and the hours of each",
    "vault_receipts.ended_hour": "how many codes it had and the hours of each",
    "vault_sessions.kind": "how many workers' and members' sessions there are",
    "vault_sessions.over_hour": "a full hour by which each is over",
}
"""The words of SECURITY.md that tell of each column in the clear; an id that is not here only says which rows belong together."""


def _columns() -> dict[str, Column[object]]:
    return {
        f"{table.name}.{column.name}": column
        for table in Base.metadata.tables.values()
        for column in table.columns
    }


def _is_clear(name: str, column: Column[object]) -> bool:
    if isinstance(column.type, LargeBinary):
        return name in _TOLD
    return not (column.name == "id" or column.name.endswith("_id")) or name in _TOLD


def _page() -> str:
    return " ".join((PROJECT_ROOT / "SECURITY.md").read_text(encoding="utf-8").split())


def test_every_column_in_the_clear_is_told() -> None:
    clear = {name for name, column in _columns().items() if _is_clear(name, column)}
    assert clear - _TOLD.keys() == set()


def test_only_columns_that_exist_are_told() -> None:
    assert _TOLD.keys() - _columns().keys() == set()


@pytest.mark.parametrize("words", sorted({*_TOLD.values(), _IDS}))
def test_the_page_says_so(words: str) -> None:
    assert words in _page()

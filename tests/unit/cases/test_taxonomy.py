import pytest

from app.cases.taxonomy import FORM_TOPICS, Handling, Severity, Taxonomy, UnknownKind
from app.cases.words.urgency import urgency_of

DOMAIN_CATEGORIES = {
    *(
        "wages",
        "hours",
        "forced_labour",
        "recruitment",
        "student_intern",
        "child",
        "ohs",
        "chemicals",
        "gbvh",
        "self_harm",
    ),
    *(
        "violence_harassment",
        "discrimination",
        "foa",
        "dismissal",
        "retaliation",
        "housing",
        "contract_status",
    ),
    *(
        "community",
        "asm",
        "bribery_corruption",
        "data_misuse",
        "mechanism_itself",
        "other",
        "test",
        "question",
    ),
}


def test_the_form_offers_ten_topics_in_the_order_of_the_pictures(taxonomy: Taxonomy) -> None:
    assert taxonomy.form == FORM_TOPICS
    assert len(FORM_TOPICS) == 10


def test_triage_has_every_category_of_the_domain_and_its_subs(taxonomy: Taxonomy) -> None:
    assert {kind.category for kind in taxonomy.kinds.values()} == DOMAIN_CATEGORIES
    assert set(taxonomy.kinds) > DOMAIN_CATEGORIES
    assert taxonomy.kind("wages.overtime_pay").group == taxonomy.kind("wages").group


@pytest.mark.parametrize(
    ("code", "handling"),
    (
        ("forced_labour", "R X G"),
        ("gbvh", "R X M- S"),
        ("gbvh.assault", "R X M- S"),
        ("child", "R K"),
        ("foa", "D X"),
        ("student_intern", "K"),
        ("discrimination.orientation", "R"),
        ("wages", "G"),
        ("hours", ""),
    ),
)
def test_handling_is_the_domains(taxonomy: Taxonomy, code: str, handling: str) -> None:
    assert taxonomy.kind(code).handling == {Handling(word) for word in handling.split()}


@pytest.mark.parametrize(
    ("code", "severity", "fast_track"),
    (
        ("forced_labour", Severity.CRITICAL, True),
        ("child", Severity.CRITICAL, True),
        ("retaliation", Severity.CRITICAL, True),
        ("gbvh", Severity.HIGH, True),
        ("gbvh.assault", Severity.CRITICAL, True),
        ("ohs", Severity.HIGH, False),
        ("ohs.fire_or_locked_exit", Severity.CRITICAL, True),
        ("hours", Severity.MEDIUM, False),
        ("hours.forced_overtime", Severity.HIGH, False),
        ("question", Severity.LOW, False),
    ),
)
def test_severity_and_fast_track_are_the_domains(
    taxonomy: Taxonomy, code: str, severity: Severity, fast_track: bool
) -> None:
    kind = taxonomy.kind(code)
    assert (kind.severity, kind.fast_track) == (severity, fast_track)


def test_whatever_is_critical_is_fast_track(taxonomy: Taxonomy) -> None:
    slow = [
        kind.code
        for kind in taxonomy.kinds.values()
        if kind.severity is Severity.CRITICAL and not kind.fast_track
    ]
    assert slow == []


def test_one_restricted_kind_restricts_the_case(taxonomy: Taxonomy) -> None:
    assert taxonomy.handling(["wages", "child"]) == {
        Handling.GROUP,
        Handling.RESTRICTED,
        Handling.CHILD_PROTECTION,
    }
    assert Handling.RESTRICTED not in taxonomy.handling(["wages", "hours"])


def test_training_is_demanded_only_where_reading_is_restricted(taxonomy: Taxonomy) -> None:
    assert taxonomy.demanded_training(["gbvh", "forced_labour", "wages"]) == {"survivor_care", "coerced_work"}
    assert taxonomy.demanded_training(["chemicals"]) == set()
    assert taxonomy.useful_training(["chemicals", "gbvh"]) == {"chemical_hazards", "survivor_care"}
    untrained = [
        code
        for code in FORM_TOPICS
        if Handling.RESTRICTED in taxonomy.handling([code]) and not taxonomy.demanded_training([code])
    ]
    assert untrained == []


def test_a_card_does_not_give_a_sensitive_topic_away(taxonomy: Taxonomy) -> None:
    """Whoever sees group and urgency before accepting cannot tell which of at least three topics it is."""
    for topic in ("gbvh", "foa", "child", "forced_labour"):
        card = (taxonomy.groups_of([topic]), urgency_of(True, [topic], taxonomy))
        alike = [
            other
            for other in taxonomy.form
            if (taxonomy.groups_of([other]), urgency_of(True, [other], taxonomy)) == card
        ]
        assert len(alike) >= 5
    urgent = [topic for topic in taxonomy.form if urgency_of(False, [topic], taxonomy) == "urgent"]
    assert set(urgent) == {"gbvh", "child", "forced_labour"}
    assert len({taxonomy.groups_of([topic]) for topic in urgent}) == 1


def test_no_group_is_named_after_a_topic_that_must_not_show(taxonomy: Taxonomy) -> None:
    words = {word for group in taxonomy.groups for word in group.split("_")}
    assert not words & {"gbvh", "foa", "union", "child", "forced", "labour", "violence", "sexual"}


def test_groups_of_several_topics_come_once_and_in_the_files_order(taxonomy: Taxonomy) -> None:
    assert taxonomy.groups_of(["community", "child", "wages", "gbvh", "hours"]) == (
        "pay_and_hours",
        "freedom_and_treatment",
        "land_and_community",
    )


def test_an_unknown_code_is_refused(taxonomy: Taxonomy) -> None:
    with pytest.raises(UnknownKind):
        taxonomy.kind("weather")
    with pytest.raises(UnknownKind):
        taxonomy.handling(["wages", "weather"])

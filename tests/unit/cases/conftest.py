import pytest

from app.cases.rules.rule_set import Rules, load_rules
from app.cases.taxonomy import Taxonomy
from tests.support.project import CONFIG


@pytest.fixture(scope="session")
def rules() -> Rules:
    return load_rules(CONFIG)


@pytest.fixture(scope="session")
def taxonomy(rules: Rules) -> Taxonomy:
    return rules.taxonomy

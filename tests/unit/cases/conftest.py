from pathlib import Path

import pytest

from app.cases.rules.rule_set import Rules, load_rules
from app.cases.taxonomy import Taxonomy

CONFIG = Path(__file__).resolve().parents[3] / "config"


@pytest.fixture(scope="session")
def rules() -> Rules:
    return load_rules(CONFIG)


@pytest.fixture(scope="session")
def taxonomy(rules: Rules) -> Taxonomy:
    return rules.taxonomy

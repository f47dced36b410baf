"""The case: its timeline, offers, consent, states, clocks, taxonomy and routing."""

from app.cases.rules import Rules, RulesRefused, load_rules

__all__ = ["Rules", "RulesRefused", "load_rules"]

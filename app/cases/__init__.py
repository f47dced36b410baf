"""The case: its timeline, offers, consent, states, clocks, taxonomy and routing."""

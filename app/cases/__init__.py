"""The case: its timeline, offers, consent, states, clocks, taxonomy and routing; each of its rooms has a face of its own."""

"""Tests: unit (no I/O), service (real SQLite and PostgreSQL), browser (real Chromium), properties, faults."""

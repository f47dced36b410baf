"""Texts in and out: numbers, the outgoing queue, the gateways, opt-outs. Knows Twilio, knows no Flask, never a case's words."""

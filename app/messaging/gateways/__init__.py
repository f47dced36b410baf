"""What stands between us and phones: one small protocol, and Twilio, a generic HTTP gateway, the simulator and e-mail behind it."""

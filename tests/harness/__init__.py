"""What tests stand on: real databases, the real server, a real browser, and checks of every page they fetch."""

"""What `make bench` runs: figures of the path under load, beside floors that it runs itself on the same machine."""

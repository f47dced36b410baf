#!/bin/sh
# Prepares a container's volume and database, or brings them to this version; runs as root, because it hands each keyring
# to the one user who may read it.
set -eu

keys=$REDRESS_HOME/keys
redress init
chown redress-web:root "$keys/web.json"
chown redress-dispatcher:root "$keys/dispatcher.json"
chmod 0600 "$keys/web.json" "$keys/dispatcher.json"

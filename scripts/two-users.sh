#!/bin/sh
# Makes the home of a deployment whose web half and dispatcher are two system users, or brings it to this version. Root runs it,
# because it hands each keyring to the one user who may read it; run again it changes nothing. In the image it is `redress-init`.
#
# Needs the users redress-web and redress-dispatcher in the group redress, REDRESS_HOME and DATABASE_URL; docs/two-users.md
# has every step.
set -eu

home=${REDRESS_HOME:?set REDRESS_HOME to the home folder, such as /var/lib/redress}
: "${DATABASE_URL:?set DATABASE_URL: postgresql+psycopg://..., or sqlite:///$home/db/redress.sqlite3}"
command -v redress >/dev/null || PATH=$(cd "$(dirname "$0")/.." && pwd)/.venv/bin:$PATH

# Neither user may put anything in the place of these folders. Only what both write lies in one that both can write.
install -d -o root -g redress -m 0750 "$home" "$home/keys"
install -d -o redress-dispatcher -g redress -m 2750 "$home/roots"
install -d -o redress-web -g redress -m 0700 "$home/slots"
install -d -o root -g redress -m 2770 "$home/db"

redress init

chown redress-web:root "$home/keys/web.json"
chown redress-dispatcher:root "$home/keys/dispatcher.json"
chmod 0600 "$home/keys/web.json" "$home/keys/dispatcher.json"
# Of SQLite only; its log and the turn at it take after the file and the folder.
for file in "$home"/db/*; do
    if [ -f "$file" ]; then
        chown root:redress "$file"
        chmod 0660 "$file"
    fi
done

#!/bin/sh
# Creates a database and a role for each service and for the gateway. A role can connect only to its own database: by
# default PostgreSQL lets every role connect to every database, so the script revokes that right from PUBLIC. PostgreSQL
# runs the script once, when it initializes an empty volume. Run by hand later, it creates what is missing:
#
#   docker compose exec postgres sh /docker-entrypoint-initdb.d/databases.sh
set -eu

as_superuser() { psql -v ON_ERROR_STOP=1 --quiet --no-psqlrc --username "${POSTGRES_USER:-postgres}" --dbname postgres; }

for owner in gateway customers loans payments webhooks; do
  OWNER=$owner
  PASSWORD=$(sed -n "s|^postgres://$owner:\([[:alnum:]]*\)@.*|\1|p" "/run/secrets/$owner-database-url")
  export OWNER PASSWORD
  if [ -z "$PASSWORD" ]; then
    echo "$owner-database-url must be postgres://$owner:PASSWORD@..., with only letters and digits in the password" >&2
    exit 1
  fi
  as_superuser <<'SQL'
\getenv owner OWNER
\getenv password PASSWORD
SELECT format('CREATE ROLE %I LOGIN PASSWORD %L', :'owner', :'password')
  WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'owner') \gexec
SELECT format('CREATE DATABASE %I OWNER %I', :'owner', :'owner')
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'owner') \gexec
REVOKE ALL ON DATABASE :"owner" FROM PUBLIC;
SQL
done
echo 'REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC;' | as_superuser

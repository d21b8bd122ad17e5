# Grafana takes the password from the secret only at its very first start: afterwards it stands in its data base.
# It is set without asking first whether it is right: a wrong answer counts as an attempt to break in.
grafana cli --homepath /usr/share/grafana admin reset-admin-password --password-from-stdin \
  </run/secrets/grafana-admin-password >/dev/null
if ! api GET user; then
  echo "grafana does not accept the administrator's password (after 5 wrong ones it lets nobody in for 5 minutes)" >&2
  exit 1
fi

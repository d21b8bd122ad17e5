# Certificates that this host has issued to itself (RFC 8555), by lego in a container. What they are for is in the file `job` of the
# service, a line `<key> <value>` for each fact:
#
#   domain <name>                      whom it is for; lego names its files by the first
#   email <address>, directory <url>   the account, and the CA
#   certificate <name>                 the secret of NGINX that it is shown instead of
#   dns <provider>                     who is told the proof; without it, NGINX serves that
#   environment <NAME>=<value>         for the provider
#   variable <NAME> <secret>           a secret of the provider's
#
#   services/acme/lego                 lego's account and certificates
#   issued/<secret>                    the certificate and its key, as NGINX shows them

use_certifier() {
  inspect "$1"
  job_name=$container
  job_home=$home
  [ -e "$job_home/current/files/job" ] || fail "this host gets no certificate by itself: one by ACME has to be deployed first"
  proofs=$STATE/services/nginx/proofs
  certificate=$(job certificate)
  issued=$STATE/issued/podwatch-$certificate
}

# `certify <service>`: the first certificate, or another one in the last third of its life.
certify() {
  input_read=yes
  use_certifier "$1"
  (umask 077 && mkdir -p "$job_home/lego" "$STATE/issued")
  mkdir -p "$proofs"
  podman rm --force --ignore "$job_name-run" >/dev/null 2>&1 || :
  order || fail "the CA issued no certificate"
  (umask 077 && cat "$made.crt" "$made.key" >"$job_home/certificate") || fail "cannot write to $job_home; is the disk full?"
  cmp -s "$job_home/certificate" "$issued" || (show_certificate "$job_home/certificate")
  date +%s >"$job_home/last-good.new" && mv "$job_home/last-good.new" "$job_home/last-good"
  tell_of_certifying 1
  say certified
}

# lego renews what was ordered in the same way; anything else is ordered anew. Sets `made`, where it is.
order() {
  first=$(job domain | head -n 1 | sed 's/^\*/_/')
  made=$job_home/lego/certificates/$first
  wanted=$(job domain && job directory)
  if [ -e "$made.crt" ] && [ "$wanted" = "$(cat "$job_home/ordered" 2>/dev/null)" ]; then
    lego_with renew --dynamic --no-random-sleep
  else
    lego_with run && say "$wanted" >"$job_home/ordered"
  fi
}

# `lego_with <word of lego>...`. Nothing is shown to it but its own directory, that of proofs, and the provider's secrets.
lego_with() {
  options=
  for name in $(job domain); do set -- "--domains=$name" "$@"; done
  provider=$(job dns)
  if [ -n "$provider" ]; then
    set -- "--dns=$provider" "$@"
    while read -r name secret; do
      options="$options --secret=$secret,type=mount,target=$name,mode=0400 --env=${name}_FILE=/run/secrets/$name"
    done <<EOF
$(job variable)
EOF
    job environment >"$job_home/environment"
    options="$options --env-file=$job_home/environment"
  else
    set -- --http --http.webroot=/proofs "$@"
    options="$options --volume=$proofs:/proofs"
  fi
  if [ -e "$job_home/current/files/directory-ca.pem" ]; then
    options="$options --volume=$job_home/current/files/directory-ca.pem:/directory-ca.pem:ro --env=LEGO_CA_CERTIFICATES=/directory-ca.pem"
  fi
  # shellcheck disable=SC2086 # options hold no blanks
  podman --events-backend=none run --rm --replace --name "$job_name-run" --pull=never --log-driver=none --network=host \
    --read-only --tmpfs /tmp --cap-drop=all --security-opt=no-new-privileges --security-opt=label=disable --env=HOME=/tmp \
    --volume="$job_home/lego:/lego" $options "$(header "$job_home/current" image)" \
    --path=/lego --server="$(job directory)" --email="$(job email)" --accept-tos "$@" </dev/null
}

# `show_certificate <file>`, in a subshell: NGINX shows it from now on, or goes on with the one of before.
show_certificate() {
  inspect nginx
  lock nginx
  shown=$home/current/secrets/$certificate
  if [ -e "$shown" ]; then
    candidate=$home/current
    { (umask 337 && rm -f "$home/shown" && cat "$1" >"$home/shown") && give_to_service "$home/shown"; } ||
      fail "cannot write to $home; is the disk full?"
    rm -f "$home/before" && ln "$shown" "$home/before"
    mv "$home/shown" "$shown"
    if ! report=$(run_hook "$home/current" reload 2>&1); then
      mv "$home/before" "$shown"
      run_hook "$home/current" reload >/dev/null 2>&1 || :
      fail "NGINX refuses the new certificate, and goes on with the one of before: $(say "$report" | tail -n 1)"
    fi
    rm -f "$home/before"
  fi
  if [ "$1" != "$issued" ]; then
    (umask 077 && cp "$1" "$issued.new") && mv "$issued.new" "$issued"
  fi
}

# `certify-ended <service>`, called by systemd whatever became of `certify`.
end_certifying() {
  input_read=yes
  use_certifier "$1"
  podman rm --force --ignore "$job_name-run" >/dev/null 2>&1 || :
  [ "${SERVICE_RESULT:-}" = success ] || tell_of_certifying 0
}

# `tell_of_certifying 1|0`: whether the run just ended was good, for NGINX to tell.
tell_of_certifying() {
  file=$STATE/services/nginx/acme.prom
  {
    say "# HELP podwatch_acme_last_run_success Whether the last attempt to get or keep a certificate was good."
    say "# TYPE podwatch_acme_last_run_success gauge"
    say "podwatch_acme_last_run_success $1"
    say "# HELP podwatch_acme_last_run_timestamp_seconds When that ended."
    say "# TYPE podwatch_acme_last_run_timestamp_seconds gauge"
    say "podwatch_acme_last_run_timestamp_seconds $(date +%s)"
  } >"$file.new"
  chmod 644 "$file.new"
  mv "$file.new" "$file"
}

# `certify-begin <service>`: after a change. Nothing waits for the CA.
begin_certifying() {
  input_read=yes
  use_certifier "$1"
  if [ "$(job domain && job directory)" != "$(cat "$job_home/ordered" 2>/dev/null)" ] || [ ! -e "$issued" ]; then
    systemctl start --no-block "$job_name.service"
  fi
  say begun
}

# `certify-leave <service>`: NGINX shows the certificate of its deployment again.
leave_certified() {
  input_read=yes
  use_certifier "$1"
  rm -rf "$issued" "$proofs" "$STATE/services/nginx/acme.prom"
  version=$(awk -v secret="podwatch-$certificate" '$1 == secret { print $2 }' "$STATE/services/nginx/secrets" 2>/dev/null || :)
  issued=$STATE/secrets/podwatch-$certificate/$version
  [ -z "$version" ] || [ ! -f "$issued" ] || (show_certificate "$issued")
}

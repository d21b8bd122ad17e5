# Certificates that this host has issued to itself (RFC 8555), by lego in a container. What they are for is in the file `job` of the
# service, a line `<key> <value>` for each fact:
#
#   domain <name>                      whom it is for; lego names its files by the first
#   email <address>, directory <url>   the account, and the CA
#   certificate <name>                 the secret of NGINX that it is shown instead of
#   binding <ID> <secret>              the CA's key that the account is bound by
#   dns <provider>                     who is told the proof; without it, NGINX serves that
#   environment <NAME>=<value>         for the provider
#   variable <NAME> <secret>           a secret of the provider's
#   resolver <host>                    a name server to be asked for the proof
#   wait <duration>                    until it is there; without it, the domain's own name servers are asked
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
  of_engine remove_container "$job_name-run" 2>/dev/null || :
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
  wanted=$(ordered_for)
  if [ -e "$made.crt" ] && [ "$wanted" = "$(cat "$job_home/ordered" 2>/dev/null)" ]; then
    lego_with renew --dynamic --no-random-sleep
  else
    lego_with run && say "$wanted" >"$job_home/ordered"
  fi
}

# What a certificate and its account are ordered for.
ordered_for() { job domain && job directory && job email; }

# `lego_with <word of lego>...`. Nothing is shown to it but its own directory, that of proofs, and the provider's secrets.
lego_with() {
  options=
  # The account is made by the first order. lego reads this from its environment only.
  if [ "$1" = run ]; then
    while read -r id secret; do
      [ -z "$id" ] || options="--env=LEGO_EAB=true --env=LEGO_EAB_KID=$id --secret=$secret,type=env,target=LEGO_EAB_HMAC"
    done <<EOF
$(job binding)
EOF
  fi
  for name in $(job domain); do set -- "--domains=$name" "$@"; done
  provider=$(job dns)
  if [ -n "$provider" ]; then
    set -- "--dns=$provider" "$@"
    for server in $(job resolver); do set -- "--dns.resolvers=$server" "$@"; done
    wait=$(job wait)
    [ -z "$wait" ] || set -- "--dns.propagation-wait=$wait" "$@"
    while read -r name secret; do
      options="$options $(of_engine secret_option "$secret" "$name") --env=${name}_FILE=/run/secrets/$name"
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
  # shellcheck disable=SC2046,SC2086 # options hold no blanks
  "$engine" $(of_engine quietly) run --rm $(of_engine named_anew "$job_name-run") --pull=never --log-driver=none --network=host \
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
  of_engine remove_container "$job_name-run" 2>/dev/null || :
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
  if [ "$(ordered_for)" != "$(cat "$job_home/ordered" 2>/dev/null)" ] || [ ! -e "$issued" ]; then
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

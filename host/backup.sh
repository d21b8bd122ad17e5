# Backups that this host makes by itself, with restic in a container. What is saved, and where, is in the file `job` of the
# service, a line `<key> <value>` for each fact:
#
#   host <name>                        what the backups of this host are found by
#   directory <path> | url <url>       the repositories of all hosts, each below its own name
#   region <name>                      that of a bucket; the file `ca.pem` verifies its server
#   keep-last <number>, keep-within <duration>
#   metrics <directory>                that of the node exporter's textfile collector
#   service <name>                     whose volume is saved
#   rewritten <service> <pattern>      files of it that are changed in place
#   appended <service> <directory>     files of it of which the last grows

# restic's own exit codes.
readonly NO_REPOSITORY=10
readonly WRONG_PASSWORD=12

job() {
  sed -n "s/^$1 //p" "$job_home/current/files/job"
}

# Sets `job_name` and `job_home`, those of the backups' service; `host`; `from`, the host whose repository is used, by default
# this one; and `url` or `repositories`, where those of all hosts are.
use_job() {
  inspect "$1"
  job_name=$container
  job_home=$home
  [ -e "$job_home/current/files/job" ] || fail "this host makes no backups by itself: a schedule of backups has to be deployed first"
  host=$(job host)
  from=${2:-$host}
  url=$(job url)
  repositories=$(job directory)
  repositories=${repositories:+$(expanded "$repositories")}
  password=
  run_as=
  limit=
}

# The repository that is used: the place of all, and the host.
place() {
  say "${url:-$repositories}/$from"
}

# `restic_with [<option of run>...] -- <word of restic>...`. A password in the file `$password` replaces the secret.
# Nothing is shown to it but its repository, and what the options add.
restic_with() {
  options=
  while [ "$1" != -- ]; do
    options="$options $1"
    shift
  done
  shift
  if [ -n "$password" ]; then
    options="$options --volume=$password:/run/secrets/password:ro"
  else
    options="$options $(of_engine secret_option "$job_name-password" password)"
  fi
  if [ -n "$url" ]; then
    mkdir -p "$job_home/cache"
    options="$options --network=host --volume=$job_home/cache:/cache --env=RESTIC_CACHE_DIR=/cache"
    options="$options --env=AWS_SHARED_CREDENTIALS_FILE=/run/secrets/s3 $(of_engine secret_option "$job_name-s3" s3)"
    region=$(job region)
    ca=
    if [ -e "$job_home/current/files/ca.pem" ]; then
      ca=/run/secrets/ca
      options="$options --volume=$job_home/current/files/ca.pem:$ca:ro"
    fi
    set -- --repo "$url/$from" ${ca:+--cacert "$ca"} ${region:+--option "s3.region=$region"} "$@"
  else
    options="$options --network=none --volume=$repositories/$from:/repository"
    set -- --repo /repository --no-cache "$@"
  fi
  # shellcheck disable=SC2046,SC2086 # options hold no blanks
  ${limit:+timeout -k 5 "$limit"} "$engine" $(of_engine quietly) run --rm $run_as --hostname podwatch --pull=never --log-driver=none --read-only \
    --tmpfs /tmp --cap-drop=all --cap-add=chown --cap-add=dac_override --cap-add=fowner --cap-add=fsetid --security-opt=no-new-privileges \
    --security-opt=label=disable --env=RESTIC_PASSWORD_FILE=/run/secrets/password --env=HOME=/tmp $options \
    "$(header "$job_home/current" image)" "$@"
}

# `save-prepare <service>`: makes sure that there is a repository that the password opens, and starts the first backup.
prepare_saving() {
  input_read=yes
  use_job "$1"
  if [ -n "$repositories" ]; then
    (umask 077 && mkdir -p "$repositories/$host") || fail "cannot write to $repositories"
  fi
  # restic itself tries again for a quarter of an hour, whatever the error is.
  limit=30
  if ! has_repository; then
    case $code in
      "$NO_REPOSITORY") report=$(restic_with -- init --quiet 2>&1) || refuse_repository ;;
      "$WRONG_PASSWORD") change_password ;;
      *) refuse_repository ;;
    esac
  fi
  place >"$job_home/prepared"
  [ -e "$job_home/last-good" ] || systemctl start --no-block "$job_name.service"
  say prepared
}

# Otherwise sets `code` and `report`.
has_repository() {
  if report=$(restic_with -- cat config --quiet 2>&1 >/dev/null); then code=0; else code=$?; fi
  [ "$code" = 0 ]
}

# What an error of restic's comes down to, on standard input; what it only tried again is the last of it where it was stopped, which
# it calls a canceled context. Docker's own errors end with where to read on.
restic_said() {
  awk '/^Fatal: / && !/context canceled/ && !fatal { fatal = $0 } /returned error, retrying/ { tried = $0 } /./ && !/docker run --help/ { last = $0 }
    END { print fatal ? fatal : tried ? tried : last }' | sed 's/^.* returned error, retrying after [^ ]*: //'
}

refuse_repository() {
  way_out=$(advice "$job_home/current" repository)
  fail "there can be no backups in $(place): $(say "$report" | restic_said)${way_out:+; $way_out}"
}

# A password that was changed, or one that was kept when backups were removed from this host before: the new one takes its place.
change_password() {
  for password in "$STATE/secrets/$job_name-password"/* "$(kept_password)"; do
    case ${password##*/} in
      incoming | used | owners | \*) continue ;;
    esac
    [ -e "$password" ] || continue
    if has_repository; then
      restic_with "$(of_engine secret_option "$job_name-password" next)" -- \
        key passwd --quiet --new-password-file /run/secrets/next >/dev/null || refuse_repository
      password=
      rm -f "$(kept_password)"
      return
    fi
  done
  way_out=$(advice "$job_home/current" password)
  fail "the backups in $(place) were made with another password${way_out:+; $way_out}"
}

# `save-leave <service>`: before backups are removed from this host; those that were made stay, with what opens them.
leave_saved() {
  input_read=yes
  use_job "$1"
  rm -f "$(metrics_file)"
  [ -e "$job_home/prepared" ] || return 0
  version=$(awk '$1 ~ /-password$/ { print $2 }' "$job_home/secrets")
  (umask 077 && mkdir -p "$(dirname "$(kept_password)")" && cp "$STATE/secrets/$job_name-password/$version" "$(kept_password)")
}

# The file for the password of backups that outlive the deployment, readable by its owner only.
kept_password() {
  if [ -n "$repositories" ]; then
    say "$repositories/$host.password"
  elif [ -n "$ROOTLESS" ]; then
    say "$HOME/podwatch-backups/$host.password"
  else
    say "/var/backups/podwatch/$host.password"
  fi
}

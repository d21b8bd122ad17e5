# The program of a native service. A bundle has either
#
#   installed <path> <package>                          from a package of the distribution
#   program <name> <file>                               or a release, kept as programs/<name>/<file>, from the one of
#   download <machine> <sha256> <path in it> <url>      these archives that is for the host's `uname -m`

ensure_program() {
  installed=$(header "$candidate" installed)
  if [ -n "$installed" ] && [ ! -x "${installed% *}" ]; then
    fail "the program ${installed% *} is not on this host; install the package ${installed#* }, and stop its own service,
for example with: apt-get install --no-install-recommends ${installed#* } && systemctl disable --now ${installed#* }"
  fi
  program=$(header "$candidate" program)
  if [ -z "$program" ] || is_program_whole "$program"; then
    return
  fi
  source=$(header "$candidate" download | sed -n "s/^$(uname -m) //p")
  [ -n "$source" ] || refuse_machine "${program%% *}" "$(uname -m)"
  for tool in curl tar gzip; do
    command -v "$tool" >/dev/null || fail "the command $tool is not installed on this host"
  done
  # shellcheck disable=SC2086 # digest, path and URL, without blanks
  fetch_program "${program%% *}" "${program#* }" $source
}

# `refuse_machine <name> <machine>`. The advice in the bundle says how to give a checksum for another architecture.
refuse_machine() {
  way_out=$(advice "$candidate" "machine.$2")
  [ -z "$way_out" ] ||
    fail "no checksum is known of $1 for this host's machine, $2: $way_out"
  way_out=$(advice "$candidate" other-machine)
  fail "there is no release of $1 for this host's machine, $2, that Podwatch knows how to fetch${way_out:+: $way_out}"
}

# `fetch_program <name> <file> <sha256> <path in the archive> <url>`
fetch_program() {
  unpacked=$home/candidate/program
  mkdir -p "$unpacked" "$STATE/programs" || fail "cannot write to $STATE; is the disk full?"
  if ! report=$(curl --fail --location --silent --show-error --proto =http,https --connect-timeout 10 --max-time 600 \
    --output "$home/candidate/archive" "$5" 2>&1 9>&-); then
    way_out=$(advice "$candidate" download)
    fail "cannot download $5 to this host: $(say "$report" | tail -n 1)${way_out:+
If it cannot reach that address, $way_out}"
  fi
  found=$(sha256sum <"$home/candidate/archive")
  [ "${found%% *}" = "$3" ] ||
    fail "what $5 gave is not what was expected: its sha256 is ${found%% *}, not $3"
  tar -xzOf "$home/candidate/archive" "$4" >"$unpacked/$2" 2>/dev/null ||
    fail "cannot unpack $4 of $5; is the disk full?"
  [ -s "$unpacked/$2" ] || fail "$5 holds no $4"
  rm -f "$home/candidate/archive"
  chmod 755 "$unpacked/$2"
  # With SELinux enforcing, systemd may only execute files labelled as programs.
  ! command -v selinuxenabled >/dev/null || ! selinuxenabled || chcon -t bin_t "$unpacked/$2" || :
  sha256sum <"$unpacked/$2" >"$unpacked/sha256"
  note_unproven
  rm -rf "$STATE/programs/$1"
  # A concurrent run of another service may remove the empty directory, so this is retried.
  tries=0
  until mkdir -p "$STATE/programs" && mv "$unpacked" "$STATE/programs/$1" 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 5 ] || fail "cannot write to $STATE; is the disk full?"
  done
}

# Whether the program that the candidate names is present.
has_program() {
  set -- "$(header "$candidate" program)"
  [ -z "$1" ] || is_program_whole "$1"
}

# Whether a program, `<name> <file>`, is unmodified since it was unpacked.
is_program_whole() {
  [ -x "$STATE/programs/${1%% *}/${1#* }" ] &&
    sha256sum <"$STATE/programs/${1%% *}/${1#* }" | cmp -s - "$STATE/programs/${1%% *}/sha256"
}

# Removes programs that no release references any more.
drop_unused_programs() {
  for directory in "$STATE"/programs/*; do
    if [ -d "$directory" ] && ! some_service_says "^program ${directory##*/} "; then
      rm -rf "$directory"
    fi
  done
  rmdir "$STATE/programs" 2>/dev/null || :
}

# shellcheck shell=bash disable=SC2154
# The steps of lab/toolchain/setup, which sources this file and sets: here checkout cache download choice user_home
# refusal_lasts cli_version tools standins. Each `choose_` puts one part into $tools and says what it chose. What is the
# user's own and cannot be used is told of, too.

# Exists while the download site is held to be out of reach.
refusal=$cache/refused-$(printf '%s' "$download" | tr -c 'A-Za-z0-9.-' _)

say() { printf '%-22s %s\n' "$1" "$2"; }

fail() {
  printf 'toolchain: %s\n' "$1" >&2
  exit 1
}

need() { command -v "$1" >/dev/null || fail "$1 is not installed: install $2"; }

# json_field FILE PATH: one string of a JSON file; the path's steps are separated by the first dot only.
json_field() {
  local key=${2#*.} value
  value=$(sed -n "/\"${2%%.*}\": *{/,/}/ s|.*\"$key\": *\"\\([^\"]*\\)\".*|\\1|p" "$1")
  [ -n "$value" ] || fail "$1 has no $2"
  printf '%s\n' "$value"
}

# at_least HAVE WANT: whether a version is new enough.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

architecture() {
  case $(uname -m) in
    x86_64) echo "$1" ;;
    aarch64 | arm64) echo arm64 ;;
    *) fail "no Pulumi for this machine's architecture, $(uname -m): put a pulumi $cli_version on PATH" ;;
  esac
}

# --- Official downloads -----------------------------------------------------------------------------------------

# refused: says, by its output, why nothing can be downloaded; asks the site once, for at most 10 s.
refused() {
  [ "$download" != none ] || {
    echo "downloads are switched off"
    return
  }
  if [ -n "$(find "$refusal" -mmin "-$refusal_lasts" 2>/dev/null)" ]; then
    echo "$download gave no answer"
  elif [ -z "${answered:-}" ]; then
    command -v curl >/dev/null || {
      echo "curl is not installed"
      return
    }
    printf 'toolchain: asking %s (at most 10 s) ...\n' "$download" >&2
    if curl -sSo /dev/null --head --max-time 10 "$download" 2>/dev/null; then
      rm -f "$refusal"
      return
    fi
    touch "$refusal"
    echo "$download gave no answer within 10 s"
  fi
}

# fetch PATH DIRECTORY: unpacks one official archive; false, without a trace, if that cannot be had.
fetch() {
  local new=$2.new.$$
  printf 'toolchain: downloading %s ...\n' "$download/$1" >&2
  rm -rf "$new"
  mkdir -p "$new"
  if curl -fsSL --connect-timeout 10 --speed-limit 10000 --speed-time 20 "$download/$1" | tar -xz -C "$new"; then
    rm -rf "$2"
    mv -T "$new" "$2"
  else
    rm -rf "$new"
    return 1
  fi
}

# --- The CLI ----------------------------------------------------------------------------------------------------

choose_cli() {
  local found why without='' official=$cache/pulumi-$cli_version-official
  local built=$cache/pulumi-$cli_version-built trimmed=$cache/pulumi-$cli_version-trimmed
  while IFS= read -r found; do
    why=$(unusable_cli "$found")
    if [ -z "$why" ]; then
      ln -s "$found" "$tools/bin/pulumi"
      say pulumi "$(cli_version_of "$found") from PATH ($found)"
      return
    fi
    say pulumi "$found $why: not used (update or remove it)"
  done < <(on_path pulumi)
  why=
  if [ ! -x "$official/pulumi/pulumi" ]; then
    why=$(refused)
    if [ -z "$why" ]; then
      answered=yes
      fetch "releases/sdk/pulumi-v$cli_version-linux-$(architecture x64).tar.gz" "$official" ||
        why="the download of $cli_version failed"
    fi
  fi
  if [ -e "$official/pulumi/pulumi" ]; then
    why=$(unusable_cli "$official/pulumi/pulumi")
    if [ -z "$why" ]; then
      ln -s "$official"/pulumi/* "$tools/bin/"
      say pulumi "$cli_version, official download ($official)"
      return
    fi
    why="what was downloaded, $official/pulumi/pulumi, $why"
    rm -rf "$official"
  fi
  if [ ! -x "$built/pulumi" ]; then
    if wants_clouds; then
      build_cli "$built"
    else
      [ -x "$trimmed/pulumi" ] || build_cli "$trimmed"
      built=$trimmed without=", without the clouds' SDKs"
    fi
  fi
  # Not a symbolic link: the engine takes a language host beside its own file as its own, one on PATH with a warning.
  ln "$built/pulumi" "$tools/bin/pulumi"
  say pulumi "$cli_version built from its Go module$without, because ${why:-the download holds no program}"
}

# wants_clouds: whether the user's own backend is one that the trimmed CLI leaves out.
wants_clouds() {
  local login=${PULUMI_CREDENTIALS_PATH:-$user_home}/credentials.json
  case ${PULUMI_BACKEND_URL:-$(sed -n 's/.*"current": *"\([^"]*\)".*/\1/p' "$login" 2>/dev/null)} in
    s3://* | gs://* | azblob://*) ;;
    *) return 1 ;;
  esac
}

# unusable_cli FILE: says, by its output, why a CLI cannot be used.
unusable_cli() {
  local version
  not_a_program "$1" && return
  version=$(cli_version_of "$1")
  if [ -z "$version" ]; then
    echo "does not say its version"
  elif ! at_least "$version" "$cli_version"; then
    echo "is $version, older than $cli_version"
  fi
}

# on_path NAME: every file of that name on PATH, in order, that is not one of this tool chain's own.
on_path() {
  local directory candidate known=:
  while IFS= read -r directory; do
    candidate=$directory/$1
    case $known in *:"$directory":*) continue ;; esac
    known=$known$directory:
    if { [ -e "$candidate" ] || [ -L "$candidate" ]; } && [ ! -d "$candidate" ] &&
      ! is_own "$directory" && ! is_own "$(readlink -f "$candidate")"; then
      printf '%s\n' "$candidate"
    fi
  done < <(printf '%s\n' "$PATH" | tr : '\n')
}

is_own() { case $1/ in "$here"/* | "$cache"/*) return 0 ;; *) return 1 ;; esac; }

# not_a_program FILE: says, by its output, why a file cannot be run; false if it can.
not_a_program() {
  if [ ! -e "$1" ]; then
    echo "leads nowhere"
  elif [ ! -x "$1" ]; then
    echo "is not executable"
  else
    return 1
  fi
}

cli_version_of() { PULUMI_SKIP_UPDATE_CHECK=1 timeout -k 5 30 "$1" version 2>/dev/null </dev/null | sed -n '1s/^v//p'; }

# build_cli DIRECTORY: builds the CLI, trimmed if the directory's name says so.
build_cli() {
  local new=$1.new.$$ started go_version go_wanted
  go_wanted=$(sed -n 's/^go //p' "$here/cli/go.mod")
  need go "Go $go_wanted or newer (Debian: golang-go of backports, or https://go.dev/dl)"
  go_version=$(go env GOVERSION | sed 's/^go//')
  at_least "$go_version" "$go_wanted" ||
    fail "Go $go_version is too old to build pulumi $cli_version: install Go $go_wanted or newer"
  grep -Eq "pulumi/pkg/v3 v${cli_version//./\\.}( |\$)" "$here/cli/go.mod" ||
    fail "lab/toolchain/cli/go.mod does not pin pulumi v$cli_version, as versions.json does: make them agree"
  printf 'toolchain: building pulumi %s from its Go module; one to two minutes on two cores ...\n' "$cli_version" >&2
  find "$cache" -maxdepth 1 -name 'pulumi-*.new.*' -exec rm -rf {} +
  mkdir -p "$new"
  started=$SECONDS
  case $1 in
    *-trimmed) compile_trimmed "$new" ;;
    *) compile_cli "$new" ;;
  esac 8>&- 9>&- 2> >(grep -v '^go: downloading ' >&2) &
  while kill -0 $! 2>/dev/null; do
    sleep 1
    [ $(((SECONDS - started) % 15)) -ne 0 ] || printf 'toolchain: building pulumi, %s s ...\n' $((SECONDS - started)) >&2
  done
  wait $! || {
    rm -rf "$new"
    fail "pulumi could not be built (see above); is the Go module proxy, $(go env GOPROXY), within reach?"
  }
  mv -T "$new" "$1"
}

# A version that `trim` does not know is built whole.
compile_trimmed() {
  if "$here/cli/trim" "$1/module"; then
    MODFILE=$1/module/go.mod compile_cli "$1"
  else
    compile_cli "$1"
  fi && rm -rf "$1/module"
}

compile_cli() {
  cd "$here/cli" && "$checkout/lab/gobuild" "$1/pulumi" github.com/pulumi/pulumi/pkg/v3/cmd/pulumi \
    -X "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v$cli_version"
}

# --- The choice -------------------------------------------------------------------------------------------------

# Keeps what was chosen under a name made of it, so that checkouts with the same choice share it, and tells
# lab/toolchain/pulumi by two lines: the directory, and whether there are stand-ins in it. What no checkout has
# chosen for a month goes.
keep_choice() {
  local name kept
  name=$( (cd "$tools" && find . -type l -printf '%p %l\n' -o -type f -printf '%p %s\n' | sort) | sha256sum | cut -c 1-16)
  kept=$cache/chosen-$name
  [ -d "$kept" ] || mv -T "$tools" "$kept"
  touch "$kept" "$cache/standins-$(standin_sources | cut -c 1-16)" 2>/dev/null || true
  find "$cache" -maxdepth 1 \( -name 'chosen-*' -o -name 'standins-*' \) -mtime +30 -exec rm -rf {} +
  printf 'tools=%s\nstandins=%s\n' "$kept" "$standins" >"$choice.new"
  mv "$choice.new" "$choice"
  [ ! -e "$refusal" ] || printf 'toolchain: %s is asked again after some hours, or at once after: rm %s\n' "$download" "$refusal"
}

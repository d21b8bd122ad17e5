# shellcheck shell=bash disable=SC2154
# The steps of lab/toolchain/setup, which sources this file and sets: here checkout cache download choice user_home
# refusal_lasts cli_version tools. Each `choose_` puts one part into $tools and says what it chose.

standins=0

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
    mv -T "$new" "$2"
  else
    rm -rf "$new"
    return 1
  fi
}

# --- The CLI ----------------------------------------------------------------------------------------------------

choose_cli() {
  local found version why official=$cache/pulumi-$cli_version-official built=$cache/pulumi-$cli_version-built
  if found=$(installed pulumi); then
    version=$(cli_version_of "$found")
    if at_least "$version" "$cli_version"; then
      ln -s "$found" "$tools/bin/pulumi"
      say pulumi "$version from PATH ($found)"
      return
    fi
    say pulumi "$found is $version, older than $cli_version: not used (update or remove it)"
  fi
  why=
  if [ ! -x "$official/pulumi/pulumi" ]; then
    why=$(refused)
    if [ -z "$why" ]; then
      answered=yes
      fetch "releases/sdk/pulumi-v$cli_version-linux-$(architecture x64).tar.gz" "$official" ||
        why="the download of $cli_version failed"
    fi
  fi
  if [ -x "$official/pulumi/pulumi" ]; then
    ln -s "$official"/pulumi/* "$tools/bin/"
    say pulumi "$cli_version, official download ($official)"
    return
  fi
  [ -x "$built/pulumi" ] || build_cli "$built"
  # Not a symbolic link: the engine takes a language host beside its own file as its own, one on PATH with a warning.
  ln "$built/pulumi" "$tools/bin/pulumi"
  say pulumi "$cli_version built from its Go module, because $why"
}

# installed NAME: the first such program on PATH that is not one of this tool chain's own.
installed() {
  local directory candidate
  while IFS= read -r directory; do
    candidate=$directory/$1
    if [ -x "$candidate" ] && [ ! -d "$candidate" ]; then
      case $(readlink -f "$candidate"): in
        "$here"/* | "$cache"/*) ;;
        *)
          echo "$candidate"
          return
          ;;
      esac
    fi
  done < <(printf '%s\n' "$PATH" | tr : '\n')
  return 1
}

cli_version_of() { PULUMI_SKIP_UPDATE_CHECK=1 "$1" version 2>/dev/null </dev/null | sed -n '1s/^v//p'; }

build_cli() {
  local new=$1.new.$$ started go_version go_wanted
  go_wanted=$(sed -n 's/^go //p' "$here/cli/go.mod")
  need go "Go $go_wanted or newer (Debian: golang-go of backports, or https://go.dev/dl)"
  go_version=$(go env GOVERSION | sed 's/^go//')
  at_least "$go_version" "$go_wanted" ||
    fail "Go $go_version is too old to build pulumi $cli_version: install Go $go_wanted or newer"
  grep -Eq "pulumi/pkg/v3 v${cli_version//./\\.}( |\$)" "$here/cli/go.mod" ||
    fail "lab/toolchain/cli/go.mod does not pin pulumi v$cli_version, as versions.json does: make them agree"
  printf 'toolchain: building pulumi %s from its Go module; two minutes on two cores ...\n' "$cli_version" >&2
  mkdir -p "$new"
  started=$SECONDS
  (
    cd "$here/cli" || exit
    GOFLAGS=-mod=readonly go build -buildvcs=false -o "$new/pulumi" \
      -ldflags "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v$cli_version" \
      github.com/pulumi/pulumi/pkg/v3/cmd/pulumi
  ) 9>&- &
  while kill -0 $! 2>/dev/null; do
    sleep 1
    [ $(((SECONDS - started) % 15)) -ne 0 ] || printf 'toolchain: building, %s s ...\n' $((SECONDS - started)) >&2
  done
  wait $! || {
    rm -rf "$new"
    fail "pulumi could not be built (see above); is the Go module proxy, $(go env GOPROXY), within reach?"
  }
  mv -T "$new" "$1"
}

# --- Language host and plugins ----------------------------------------------------------------------------------

choose_language_host() {
  local found
  if [ -e "$tools/bin/pulumi-language-nodejs" ]; then
    say "nodejs language host" "real, of the official download"
  elif found=$(installed pulumi-language-nodejs); then
    say "nodejs language host" "real, from PATH ($found)"
  else
    ln -s "$(stand_in language)" "$tools/bin/pulumi-language-nodejs"
    standins=1
    say "nodejs language host" "stand-in, because pulumi-language-nodejs is not on PATH and the CLI has none beside it"
  fi
}

# choose_plugin NAME VERSION
choose_plugin() {
  local name=$1 version=$2 found why old official
  local plugin=resource-$name-v$version binary=pulumi-resource-$name
  official=$cache/$plugin-official
  if found=$(installed "$binary"); then
    say "$name plugin" "real, from PATH ($found; its version is not looked at)"
    return
  fi
  if [ -x "$user_home/plugins/$plugin/$binary" ]; then
    ln -s "$user_home/plugins/$plugin" "$tools/home/plugins/$plugin"
    say "$name plugin" "$version, real ($user_home/plugins/$plugin)"
    return
  fi
  for old in "$user_home/plugins/resource-$name-v"*/; do
    [ ! -d "$old" ] || say "$name plugin" "$old is not version $version: not used (pulumi plugin install resource $name v$version)"
  done
  why=
  if [ ! -x "$official/$binary" ]; then
    why=$(refused)
    if [ -z "$why" ]; then
      answered=yes
      fetch "releases/plugins/$binary-v$version-linux-$(architecture amd64).tar.gz" "$official" ||
        why="the download of $version failed"
    fi
  fi
  if [ -x "$official/$binary" ]; then
    ln -s "$official" "$tools/home/plugins/$plugin"
    say "$name plugin" "$version, official download ($official)"
    return
  fi
  mkdir "$tools/home/plugins/$plugin"
  ln -s "$(stand_in "$name")" "$tools/home/plugins/$plugin/$binary"
  standins=1
  say "$name plugin" "stand-in for $version, because $why"
}

# Plugins of the user's that this project does not know stay within the engine's reach.
link_other_plugins() {
  local plugin name
  for plugin in "$user_home/plugins/"*/; do
    name=$(basename "$plugin")
    [ ! -d "$plugin" ] || [ -e "$tools/home/plugins/$name" ] || ln -s "${plugin%/}" "$tools/home/plugins/$name"
  done
}

# stand_in NAME: compiles a stand-in into one file, unless that has been done for the same sources; prints its path.
stand_in() {
  local compiled
  compiled=$cache/standins-$(standin_sources | cut -c 1-16)/$1
  if [ ! -x "$compiled" ]; then
    mkdir -p "$(dirname "$compiled")"
    "$checkout/node_modules/.bin/esbuild" "$here/$1/main.ts" --bundle --platform=node --target=node20 --minify \
      --keep-names --external:cpu-features '--external:*.node' --banner:js='#!/usr/bin/env node' \
      --log-level=warning --outfile="$compiled.new" >&2
    chmod +x "$compiled.new"
    mv "$compiled.new" "$compiled"
  fi
  printf '%s\n' "$compiled"
}

standin_sources() {
  cat "$checkout"/{package,package-lock,versions}.json "$here"/{provider,command,random,language}/*.ts "$here/parts.sh" | sha256sum
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

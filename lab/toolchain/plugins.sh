# shellcheck shell=bash disable=SC2154
# Language host and plugins; sourced by lab/toolchain/setup after parts.sh.
#
# The engine takes a program on PATH before all others, and looks for a plugin only in real directories, which links to
# directories are not. So what was chosen stands in directories made here, as links to files; and where there is a program on PATH, in
# $tools/bin, before any other of its name.

choose_language_host() {
  local name=pulumi-language-nodejs part="nodejs language host" candidate why
  if [ -e "$tools/bin/$name" ]; then
    candidate=$(readlink -f "$tools/bin/$name")
    why=$(unusable LanguageRuntime "$candidate")
    if [ -z "$why" ]; then
      say "$part" "real, of the official download"
      return
    fi
    rm "$tools/bin/$name"
    say "$part" "$candidate $why: not used"
  fi
  while IFS= read -r candidate; do
    why=$(unusable LanguageRuntime "$candidate")
    if [ -z "$why" ]; then
      ln -s "$candidate" "$tools/bin/$name"
      say "$part" "real ($candidate)"
      return
    fi
    say "$part" "$candidate $why: not used (update or remove it)"
  done < <(
    on_path "$name"
    beside_cli "$name"
    for candidate in "$user_home/plugins/language-nodejs-v"*/"$name"; do
      [ ! -e "$candidate" ] || is_own "$(readlink -f "$candidate")" || printf '%s\n' "$candidate"
    done
  )
  why="$name is not on PATH, and neither the CLI nor $user_home/plugins has one"
  only_real "$part" "$why" "put $name on PATH, or install the whole Pulumi CLI" && return
  ln -s "$(stand_in language)" "$tools/bin/$name"
  standins=1
  say "$part" "stand-in, because $why"
}

# only_real PART WHY WAY_OUT: where nothing but real parts will do, notes that this one is missing; false if a stand-in will do.
only_real() {
  [ "${PLUGINS:-}" = real ] || return
  say "$1" "missing, because $2"
  missing="$missing
  $1: $3"
}

# beside_cli NAME: the file of that name beside the user's own CLI, unless it is on PATH anyway.
beside_cli() {
  local file
  file=$(dirname "$(readlink -f "$tools/bin/pulumi")")/$1
  [ ! -e "$file" ] || is_own "$file" || on_path "$1" | xargs -r -d '\n' readlink -f | grep -qxF "$file" || printf '%s\n' "$file"
}

# choose_plugin NAME VERSION
choose_plugin() {
  local name=$1 version=$2 part="$1 plugin" candidate why='' shadowed=''
  local plugin=resource-$name-v$version binary=pulumi-resource-$name
  local mine=$user_home/plugins/$plugin official=$cache/$plugin-official
  while IFS= read -r candidate; do
    why=$(unusable ResourceProvider "$candidate" "$version")
    if [ -z "$why" ]; then
      ln -s "$candidate" "$tools/bin/$binary"
      say "$part" "$version, real, from PATH ($candidate)"
      return
    fi
    say "$part" "$candidate $why: not used (put version $version there, or remove it)"
    [ ! -x "$candidate" ] || shadowed=yes
  done < <(on_path "$binary")
  if { [ -e "$mine" ] || [ -L "$mine" ]; } && ! is_own "$(readlink -f "$mine")"; then
    why=$(unusable_plugin "$mine" "$binary" "$version")
    if [ -z "$why" ]; then
      provide "$mine"
      say "$part" "$version, real ($mine)"
      return
    fi
    say "$part" "$mine $why: not used (pulumi plugin install resource $name v$version --reinstall)"
  fi
  for candidate in "$user_home/plugins/resource-$name-v"*/; do
    [ ! -d "$candidate" ] || [ "$candidate" = "$mine/" ] || is_own "$(readlink -f "$candidate")" ||
      say "$part" "$candidate is not version $version: not used (pulumi plugin install resource $name v$version)"
  done
  why=
  if [ ! -e "$official/$binary" ]; then
    why=$(refused)
    [ -n "$why" ] || ! is_optional "$name" || why="it was not asked for"
    if [ -z "$why" ]; then
      answered=yes
      fetch "releases/plugins/$binary-v$version-linux-$(architecture amd64).tar.gz" "$official" ||
        why="the download of $version failed"
    fi
  fi
  if [ -z "$why" ]; then
    why=$(unusable_plugin "$official" "$binary" "$version")
    if [ -z "$why" ]; then
      provide "$official"
      say "$part" "$version, official download ($official)"
      return
    fi
    rm -rf "$official"
    why="what was downloaded from $download $why"
  fi
  if [ -e "$here/$name/go.mod" ]; then
    built_plugin
    return
  fi
  only_real "$part" "$why" "put $binary $version on PATH, or: pulumi plugin install resource $name v$version" && return
  mkdir "$tools/home/plugins/$plugin"
  candidate=$(stand_in "$name")
  ln -s "$candidate" "$tools/home/plugins/$plugin/$binary"
  [ -z "$shadowed" ] || ln -s "$candidate" "$tools/bin/$binary"
  standins=1
  say "$part" "stand-in for $version, because $why"
}

# Few need it, and nobody waits for it who has not asked for it; where it is there already, it is used.
is_optional() { [ -e "$here/$1/go.mod" ] && [ "$asked" != "--$1" ]; }

# The real plugin, built from its Go modules, which takes minutes.
# Uses the variables of choose_plugin.
built_plugin() {
  local built
  built=$cache/$plugin-built-$(cat "$here/$name"/{main.go,go.mod} | sha256sum | cut -c 1-12)
  [ -x "$built/$binary" ] || ! is_optional "$name" || return 0
  [ -x "$built/$binary" ] || take_turn_to_build "$built"
  provide "$built"
  say "$part" "$version, built from its Go modules, because $why"
}

# Whoever wants nothing of it goes on meanwhile.
take_turn_to_build() {
  exec 9>&-
  take_turn 7 "$name.lock"
  [ -x "$1/$binary" ] || build_plugin "$1"
  exec 7>&-
  take_turn 9 lock
}

build_plugin() {
  need go "Go (Debian: golang-go of backports, or https://go.dev/dl)"
  printf 'toolchain: building the plugin %s from its Go modules; minutes on two cores, and the download ...\n' "$name" >&2
  rm -rf "$1.new"
  mkdir -p "$1.new"
  (cd "$here/$name" && TAGS=$(sed -n 's|^// Build tags: ||p' main.go) "$checkout/lab/gobuild" "$1.new/$binary" . -X "main.version=$version") 7>&- ||
    fail "the plugin $name could not be built (see above); is the Go module proxy, $(go env GOPROXY), within reach?"
  mv -T "$1.new" "$1"
}

# provide DIRECTORY: makes the plugin in it the chosen one; uses the variables of choose_plugin.
provide() {
  local file
  mkdir "$tools/home/plugins/$plugin"
  for file in "$1"/*; do ln -s "$file" "$tools/home/plugins/$plugin/"; done
  [ -z "$shadowed" ] || ln -s "$1/$binary" "$tools/bin/$binary"
}

# unusable_plugin DIRECTORY PROGRAM VERSION: says, by its output, why a plugin cannot be used.
unusable_plugin() {
  if [ -e "$1.partial" ]; then
    echo "is not installed to the end ($1.partial says so)"
  elif [ ! -d "$1" ]; then
    echo "is no directory"
  elif [ ! -e "$1/$2" ] && [ ! -L "$1/$2" ]; then
    echo "has no program $2"
  else
    unusable ResourceProvider "$1/$2" "$3" | sed "s|^|has a program that |"
  fi
}

# unusable SERVICE FILE [VERSION]: says, by its output, why the engine cannot use a program, or not for that version.
unusable() {
  local version
  not_a_program "$2" && return
  if ! version=$("$here/version-of" "$1" "$2" 2>&1); then
    printf '%s\n' "$version"
  elif [ -n "${3:-}" ] && [ "${version%%+*}" != "$3" ]; then
    printf 'is version %s, not %s\n' "${version:-unknown}" "$3"
  fi
}

# Plugins of the user's that this project does not know stay within the engine's reach, if they are whole.
link_other_plugins() {
  local plugin name file
  for plugin in "$user_home/plugins/"*/; do
    plugin=${plugin%/}
    name=$(basename "$plugin")
    if [ -d "$plugin" ] && [ ! -e "$plugin.partial" ] && [ ! -e "$tools/home/plugins/$name" ]; then
      mkdir "$tools/home/plugins/$name"
      for file in "$plugin"/*; do
        [ ! -e "$file" ] || ln -s "$file" "$tools/home/plugins/$name/"
      done
    fi
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
  cat "$checkout"/{package,package-lock,versions}.json "$here"/{provider,command,random,language}/*.ts "$here/plugins.sh" | sha256sum
}

// Stand-ins for the package managers of distributions. Each takes the arguments that the real one takes for what the runner does, and refuses
// everything else; answers and options are those of apt 3.0, dnf 4.14, zypper 1.14 and apk-tools 2.14.

/** Packages are lines of \`installed\`; what cannot be had is not in \`repository\`, lines \`<package> <version> <dependency>...\`. */
const COMMON = `#!/bin/sh
set -eu
cd "$PODMAN_STATE/.."
refuse() { echo "stand-in for $0: called with $*" >&2; echo "$0 $*" >>misused; exit 64; }
version() { awk -v name="$1" '$1 == name { print $2 }' repository; }
has() { grep -qxF "$1" installed; }
needed_by() { for other in $(cat installed); do awk -v of="$other" -v name="$1" '$1 == of { for (i = 3; i <= NF; i++) if ($i == name) print of }' repository; done; }
place() {
  has "$1" || echo "$1" >>installed
  if [ "$1" = podman ]; then
    printf '#!/bin/sh\\n[ "$1" != --version ] || echo "podman version %s"\\n' "$(version podman | sed 's/^[0-9]*://; s/[-+].*//')" >bin/podman
    chmod 755 bin/podman
  fi
}
take() { grep -vxF "$1" installed >left || :; mv left installed; [ "$1" != podman ] || rm -f bin/podman; }
with_needs() { for one; do echo "$one"; set -- $(awk -v name="$one" '$1 == name { for (i = 3; i <= NF; i++) print $i }' repository); for need; do with_needs "$need"; done; done; }
`;

/** apt-get answers without terminal only where it is told so, and waits for the lock only with its option. */
const APT_GET = `${COMMON}
[ "$1 $2" != "-s -y" ] || { shift 2; [ "$1" = remove ] || refuse "$@"; shift; for one in $({ echo "$*" | tr ' ' '\\n'; for one; do needed_by "$one"; done; } | sort -u); do ! has "$one" || echo "Remv $one [1.0]"; done; exit; }
[ "$1" = -q ] || refuse "$@"; shift
if [ "$1" = -y ]; then yes=y; shift; else yes=; fi
[ "$1 $2" = "-o DPkg::Lock::Timeout=120" ] || refuse "$@"; shift 2
[ "$1" != --no-install-recommends ] || shift
verb=$1; shift
case $verb in
  update) [ ! -e broken ] || { echo "E: The repository does not answer"; exit 100; } ;;
  install)
    [ ! -e killed ] || { echo "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem." >&2; exit 100; }
    [ "$yes:$DEBIAN_FRONTEND" = y:noninteractive ] || refuse "$@"
    for one; do [ -n "$(version "$one")" ] || { echo "E: Unable to locate package $one" >&2; exit 100; }; done
    for one in $(with_needs "$@"); do place "$one"; [ ! -e killer ] || { touch killed; kill -9 $(cat killer); exit 100; }; [ ! -e full ] || { echo "E: no space left" >&2; exit 100; }; done ;;
  purge) [ "$yes:$DEBIAN_FRONTEND" = y:noninteractive ] || refuse "$@"; for one; do take "$one"; done ;;
  *) refuse "$verb" "$@" ;;
esac
`;
const APT_CACHE = `${COMMON}
[ "$1 $#" = "policy 2" ] || refuse "$@"
printf '%s:\\n  Installed: (none)\\n  Candidate: %s\\n  Version table:\\n' "$2" "$(version "$2" | grep . || echo '(none)')"
`;
const DPKG_QUERY = `${COMMON}
[ "$1 $2 $3" = "-W -f \\\${db:Status-Abbrev} \\\${Package}\\n" ] || exit 1
echo "rc  removed-before"
sed 's/^/ii  /' installed
`;

const DPKG = `${COMMON}
[ "$*:$DEBIAN_FRONTEND" = "--configure -a:noninteractive" ] || refuse "$@"
rm -f killed
`;

/** dnf 4: a line of its own ends each answer, beside the one asked for. */
const DNF = `${COMMON}
[ "$1 $2" = "-q -y" ] || refuse "$@"; shift 2
verb=$1; shift
case $verb in
  makecache) [ $# = 0 ] || refuse "$@"; [ ! -e broken ] || { echo "Error: Failed to download metadata for repo 'base'" >&2; exit 1; } ;;
  repoquery)
    [ "$1 $2" = "--latest-limit=1 --queryformat" ] || refuse "$@"
    [ "$3 $#" = "%{version}\\n 4" ] || refuse "$@"
    for found in $(version "$4"); do printf '%s\\n\\n' "$found"; done ;;
  install)
    for one; do [ -n "$(version "$one")" ] || { echo "Error: Unable to find a match: $one" >&2; exit 1; }; done
    echo gpg-pubkey >>installed
    for one in $(with_needs "$@"); do place "$one"; done ;;
  *) refuse "$verb" "$@" ;;
esac
`;

/** All or nothing; a name that several have is none of a package. */
const RPM = `${COMMON}
case "$1" in
  -qa) [ "$2 $3 $#" = "--qf %{NAME}\\n 3" ] || refuse "$@"; cat installed ;;
  -e)
    shift
    for one; do
      has "$one" || { echo "error: package $one is not installed" >&2; exit 1; }
      [ "$one" != gpg-pubkey ] || { echo "error: \\"gpg-pubkey\\" specifies multiple packages" >&2; exit 1; }
      for other in $(needed_by "$one"); do case " $* " in *" $other "*) ;; *) echo "error: Failed dependencies" >&2; exit 1 ;; esac; done
    done
    for one; do take "$one"; done ;;
  *) refuse "$@" ;;
esac
`;
const ZYPPER = `${COMMON}
[ "$1" = --non-interactive ] || refuse "$@"; shift
verb=$1; shift
case $verb in
  refresh) [ "$#:\${ZYPP_LOCK_TIMEOUT:-}" = 0:120 ] || refuse "$@"; [ ! -e broken ] || { echo "Error: Repository 'base' is invalid."; exit 4; } ;;
  info)
    printf 'Loading repository data...\\nReading installed packages...\\n\\n\\n'
    [ -n "$(version "$1")" ] || { printf "package '%s' not found.\\nNo matching items found.\\n" "$1"; exit; }
    printf 'Information for package %s:\\n---\\nRepository     : base\\nName           : %s\\nVersion        : %s\\nArch           : noarch\\n' "$1" "$1" "$(version "$1")" ;;
  install)
    [ "$1:\${ZYPP_LOCK_TIMEOUT:-}" = --no-recommends:120 ] || refuse "$@"; shift
    for one; do [ -n "$(version "$one")" ] || { echo "No provider of '$one' found." >&2; exit 104; }; done
    echo gpg-pubkey >>installed
    for one in $(with_needs "$@"); do place "$one"; done ;;
  *) refuse "$verb" "$@" ;;
esac
`;

/** A version of a repository with a tag is installed only by that tag. What others need stays, and that is no failure. */
const APK = `${COMMON}
if [ "$1" = --wait ]; then [ "$2" = 120 ] || refuse "$@"; waits=y; shift 2; else waits=; fi
verb=$1; shift
case $waits$verb in
  yupdate) [ ! -e broken ] || { echo "ERROR: the index cannot be fetched" >&2; exit 1; } ;;
  policy)
    [ $# = 1 ] || refuse "$@"
    [ -n "$(version "$1")" ] || exit 0
    printf '%s policy:\\n  9.9.9-r0:\\n    @edge http://edge.invalid/community\\n  %s:\\n    http://stable.invalid/community\\n' "$1" "$(version "$1")" ;;
  yadd)
    for one; do [ -n "$(version "$one")" ] || { echo "ERROR: unable to select packages: $one (no such package)" >&2; exit 1; }; done
    for one in $(with_needs "$@"); do place "$one"; done ;;
  info) [ $# = 0 ] || refuse "$@"; cat installed ;;
  ydel) for one; do [ -n "$(for other in $(needed_by "$one"); do case " $* " in *" $other "*) ;; *) echo "$other" ;; esac; done)" ] || take "$one"; done ;;
  *) refuse "$verb" "$@" ;;
esac
`;

export const MANAGERS = {
  apt: {
    programs: { "apt-get": APT_GET, "apt-cache": APT_CACHE, "dpkg-query": DPKG_QUERY, dpkg: DPKG },
    podman: "5.4.2+ds1-2+b2",
  },
  dnf: { programs: { dnf: DNF, rpm: RPM }, podman: "5.4.0" },
  zypper: { programs: { zypper: ZYPPER, rpm: RPM }, podman: "5.4.0-3.1" },
  apk: { programs: { apk: APK }, podman: "5.2.5-r0" },
} as const;
export type Manager = keyof typeof MANAGERS;

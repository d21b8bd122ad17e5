# Ranges of the containers' network that an interface of the host has already. podman refuses one only after the network of before is
# gone, and Docker not at all: what the interface leads to could then no longer be reached.

# An ordinary user's containers have interfaces of their own.
refuse_ranges_of_interfaces() {
  { [ -z "$ROOTLESS" ] && command -v ip >/dev/null; } || return 0
  bridge=$(of_engine bridge)
  for range in $(ranges_in "$candidate/unit/$unit"); do
    case $range in
      *:*) setting=subnet6 ;;
      *) setting=subnet ;;
    esac
    taken=$(interface_with "$range" "$bridge")
    [ -z "$taken" ] ||
      fail "podwatch:$service.$setting \"$range\" is used on this host already, by the interface $taken; nothing was changed: write a range that nothing else uses"
  done
}

# `interface_with <range> <interface that may have it>`: `<interface> (<address or range>)` of one that has an address in the range, or
# whose network holds the range.
interface_with() {
  {
    ip -o address show to "$1" | awk '{ print $2, $4 }'
    case $1 in
      *:*) ip -6 route show match "$1" ;;
      *) ip -4 route show match "$1" ;;
    esac | awk '/ proto (kernel|ra) / && !/ via / && $1 ~ /^[0-9a-f]*[.:]/ {
      for (word = 2; word < NF; word++) if ($word == "dev") print $(word + 1), $1
    }'
  } 2>/dev/null | awk -v own="$2" '$1 != own { print $1 " (" $2 ")"; exit }'
}

# `ranges_in <unit of a network>`
ranges_in() {
  sed -n -e 's/^Subnet=//p' -e 's/^ *--subnet=\([^ ]*\).*/\1/p' "$1" 2>/dev/null || :
}

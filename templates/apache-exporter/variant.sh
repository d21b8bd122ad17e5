# shellcheck disable=SC2154 # ctl is found by what is put before this
case $("$ctl" -v 2>/dev/null) in
  *Apache/2.[0-2].*) echo 2.2 ;;
  *) echo 2.4 ;;
esac

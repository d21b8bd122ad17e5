# shellcheck disable=SC1091
. /etc/podwatch/current/files/users.sh
bring_about
case $? in
  0) ;;
  # The password is another one than InfluxDB knows; a start asks for none.
  2) exit 75 ;;
  *) exit 1 ;;
esac

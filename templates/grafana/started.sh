# Grafana takes the password from the secret only at its very first start: afterwards it stands in its data base.
# It is set without asking first whether it is right: a wrong answer counts as an attempt to break in.
grafana cli --homepath /usr/share/grafana{{config}} admin reset-admin-password --password-from-stdin \
  </run/secrets/grafana-admin-password >/dev/null
set=$?

# Somebody who guesses passwords keeps the administrator locked out for as long as he goes on, which says nothing about
# this release: that is waited for a little, in case it is over soon, and told.
tries=1
until user=$(api GET user); status=$?; [ "$status" -ne 2 ] || [ "$tries" -ge 4 ]; do
  tries=$((tries + 1))
  sleep 5
done
case $status in
  0) ;;
  2)
    if [ "$set" -ne 0 ]; then
      echo "grafana does not accept the administrator's password, and its command line could not set it" >&2
      exit 1
    fi
    echo "note: the administrator's password is set in grafana but not proven: it lets him in under no name. Probably somebody guesses passwords, and after 5 wrong ones within 5 minutes nobody is let in; npm run logs shows from where, and npm run verify proves the password once that is over"
    exit 0
    ;;
  *)
    echo "grafana does not say who its administrator is" >&2
    exit 1
    ;;
esac
case $user in
  *"\"login\":\"$GF_SECURITY_ADMIN_USER\""*) ;;
  *)
    echo "the administrator has another name in grafana than grafana.adminUser, $GF_SECURITY_ADMIN_USER: that counts at the very first start only" >&2
    exit 1
    ;;
esac
case $user in
  *"
as $GF_SECURITY_ADMIN_USER") ;;
  *) echo "note: the administrator's password is set in grafana and right, as his e-mail address shows, but as $GF_SECURITY_ADMIN_USER it lets nobody in now: somebody guesses passwords, and that is so for 5 minutes after 5 wrong ones; npm run logs shows from where" ;;
esac

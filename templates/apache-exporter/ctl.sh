# shellcheck disable=SC2034 # used by what is put behind this
ctl=$(command -v apachectl || command -v apache2ctl || :)

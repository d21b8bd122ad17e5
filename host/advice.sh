# What users can do about an error. The runner knows no settings, so the text comes from the bundle, as headers
# `advice <topic> <text>`. Older bundles have none; for these, the program adds the function `former_advice <topic>` to the
# runner.

# `advice <release or candidate> <topic>`: prints nothing if there is none.
advice() {
  given=$(sed -n "s/^advice $2 //p" "$1/headers" 2>/dev/null || :)
  if [ -n "$given" ]; then say "$given"; else former_advice "$2"; fi
}

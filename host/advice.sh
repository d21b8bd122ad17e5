# What users can do about an error, in the words of whoever made the bundle: the runner knows no settings. A bundle has it
# in headers `advice <topic> <text>`. Bundles that are older than that have none; for these, the program adds the function
# `former_advice <topic>` to the runner.

# `advice <release or candidate> <topic>`: nothing if there is none.
advice() {
  given=$(sed -n "s/^advice $2 //p" "$1/headers" 2>/dev/null || :)
  if [ -n "$given" ]; then say "$given"; else former_advice "$2"; fi
}

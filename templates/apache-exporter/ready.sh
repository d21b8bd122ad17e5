answer=$(wget -q -T 2 -O - '{{url}}' 2>&1)
case $answer in
  *Scoreboard:*) exit 0 ;;
esac
printf '%s\n' "$answer" | tail -n 1
echo "Apache does not show its status at {{url}} to the container network: does it listen there, does the host's firewall let {{subnet}} through to that port, and does another setting of Apache's, such as a redirection of its first virtual host, answer first?"
exit 1

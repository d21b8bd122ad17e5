wget -q -T 2 -O /dev/null {{url}}

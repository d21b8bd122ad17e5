exec /vmalert-prod -dryRun -rule='{{rules}}'

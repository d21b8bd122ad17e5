exec /vmauth-prod -dryRun -auth.config={{config}}

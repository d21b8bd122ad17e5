# What a server stored before stays in the volume: an agent neither reads nor deletes it.
if [ -d /prometheus/wal ]; then
  size=$(du -cm /prometheus/wal /prometheus/chunks_head /prometheus/[0-9]* 2>/dev/null | tail -n 1 | cut -f 1)
  echo "note: the samples that Prometheus stored here as a server, $size MB, stay in the volume, where nothing asks for them or deletes them; mode: server finds them again"
fi

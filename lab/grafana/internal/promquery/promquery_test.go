package promquery

import (
	"testing"
	"time"
)

func TestFill(t *testing.T) {
	const expr = "a[$__rate_interval] b[${__interval}] c[$__range] $__interval_ms ${__range_s} $job"
	const want = "a[35s] b[30s] c[3600s] 30000 3600 $job"
	if got := fill(expr, 30*time.Second, 5*time.Second, time.Hour); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := fill("x[$__rate_interval]", time.Second, 250*time.Millisecond, time.Hour); got != "x[1250ms]" {
		t.Errorf("part of a second: %s", got)
	}
}

func TestDurations(t *testing.T) {
	for text, want := range map[string]time.Duration{"5s": 5 * time.Second, ">1m": time.Minute, "250ms": 250 * time.Millisecond, "2d": 48 * time.Hour} {
		if got, err := parseDuration(text); err != nil || got != want {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
	for _, bad := range []string{"", "5", "s", "1.5m", "-1s"} {
		if _, err := parseDuration(bad); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

package web

import (
	"testing"
	"time"
)

func TestOrigin(t *testing.T) {
	patterns := []string{"https://*.example.org", "http://10.0.0.1:*"}
	for origin, want := range map[string]bool{
		"": true, "https://mon.host": true, "https://MON.host": true, "https://mon.host:443": false, "http://mon.host": false,
		"https://a.b.example.org": true, "https://example.org": false, "http://10.0.0.1:8080": true, "null": false,
	} {
		if got := originAllowed(origin, "https://mon.host/grafana/", patterns); got != want {
			t.Errorf("%q: %v", origin, got)
		}
	}
	if !originAllowed("http://any", "https://mon.host/", []string{"*"}) {
		t.Error("* does not allow any")
	}
}

func TestTimes(t *testing.T) {
	now := time.UnixMilli(1_000_000_000)
	for text, want := range map[string]int64{"now": 1_000_000_000, "now-5m": 999_700_000, "123": 123} {
		if got, err := parseTime(text, now); err != nil || got.UnixMilli() != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, bad := range []string{"", "now+1h", "now-1y", "later"} {
		if _, err := parseTime(bad, now); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

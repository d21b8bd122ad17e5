package main

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

func at(seconds int) *gateway {
	g := newGateway("deribit", time.Unix(1_700_000_000, 0))
	g.now = func() time.Time { return g.started.Add(time.Duration(seconds) * time.Second) }
	return g
}

func values(t *testing.T, text string) map[string]float64 {
	t.Helper()
	line := regexp.MustCompile(`^([a-z_]+(?:\{[a-z]+="[^"]*"(?:, [a-z]+="[^"]*")*\})?) (\d+(?:\.\d+)?)$`)
	found := map[string]float64{}
	for _, l := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if strings.HasPrefix(l, "# TYPE ") {
			continue
		}
		match := line.FindStringSubmatch(l)
		if match == nil {
			t.Fatalf("not in the gateways' format: %q", l)
		}
		if _, twice := found[match[1]]; twice {
			t.Fatalf("series %s is there twice", match[1])
		}
		found[match[1]], _ = strconv.ParseFloat(match[2], 64)
	}
	return found
}

func TestTypeLinesAreRepeated(t *testing.T) {
	if n := strings.Count(at(60).metrics(), "# TYPE roq_profile histogram\n"); n != 9 {
		t.Fatalf("%d TYPE lines for roq_profile; one for each of its 9 label sets is the gateways' habit", n)
	}
}

func TestCountersOnlyGrowAndLatenciesMove(t *testing.T) {
	gauge := regexp.MustCompile(`^roq_process\{`)
	before := values(t, at(0).metrics())
	for seconds := 1; seconds < 600; seconds++ {
		now := values(t, at(seconds).metrics())
		for series, value := range before {
			if !gauge.MatchString(series) && now[series] < value {
				t.Fatalf("%s fell from %v to %v after %d s", series, value, now[series], seconds)
			}
		}
		before = now
	}
	mean := func(from, to int) float64 {
		a, b := values(t, at(from).metrics()), values(t, at(to).metrics())
		const labels = `{source="deribit", connection="2:md", function="ping"}`
		return (b["roq_latency_sum"+labels] - a["roq_latency_sum"+labels]) / (b["roq_latency_count"+labels] - a["roq_latency_count"+labels])
	}
	early, late := mean(0, 60), mean(60, 120)
	if early == late || early < 1e6 || late > 1e8 {
		t.Fatalf("ping takes %v, then %v ns: should move, around some ms", early, late)
	}
}

func TestBucketsAddUp(t *testing.T) {
	found := values(t, at(500).metrics())
	for series, value := range found {
		if name, labels, ok := strings.Cut(series, "_count"); ok {
			infinite := name + "_bucket" + strings.TrimSuffix(labels, "}") + `, le="+Inf"}`
			if bucket, isHistogram := found[infinite]; isHistogram && bucket != value {
				t.Errorf("%s is %v, but its last bucket %v", series, value, bucket)
			}
		}
	}
}

func TestHTTP(t *testing.T) {
	server := httptest.NewServer(at(10).handler())
	defer server.Close()
	for path, want := range map[string]int{
		"/metrics?format=prometheus": 200, "/metrics": 200, "/metrics?format=json": 400, "/": 404, "/metrics/x": 404,
	} {
		response, err := http.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("GET %s: %d, want %d", path, response.StatusCode, want)
		}
	}
}

package promquery

import (
	"encoding/json"
	"testing"
	"time"
)

func TestStep(t *testing.T) {
	for _, c := range []struct {
		span   time.Duration
		points int64
		least  time.Duration
		want   time.Duration
	}{
		{time.Hour, 100, 5 * time.Second, 30 * time.Second},
		{time.Hour, 1500, 5 * time.Second, 5 * time.Second},      // never finer than the scrape
		{time.Hour, 1500, time.Second, 2 * time.Second},          // rounded from 2.4 s
		{30 * 24 * time.Hour, 1e9, time.Second, 5 * time.Minute}, // never more than 11000 points
	} {
		if got := step(c.span, c.points, c.least); got != c.want {
			t.Errorf("step(%s, %d, %s) = %s, want %s", c.span, c.points, c.least, got, c.want)
		}
	}
}

func TestFill(t *testing.T) {
	const expr = "a[$__rate_interval] b[${__interval}] c[$__range] $__interval_ms ${__range_s} $job"
	const want = "a[35s] b[30s] c[3600s] 30000 3600 $job"
	if got := fill(expr, 30*time.Second, 5*time.Second, time.Hour); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := fill("x[$__rate_interval]", time.Second, 15*time.Second, time.Hour); got != "x[1m]" {
		t.Errorf("four scrapes at least: %s", got)
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

func TestLegend(t *testing.T) {
	labels := map[string]string{"__name__": "up", "job": "j", "instance": "i"}
	for _, c := range []struct {
		format string
		labels map[string]string
		want   string
	}{
		{"{{job}} on {{ instance }} {{none}}", labels, "j on i "},
		{"__auto", labels, ""},
		{"__auto", nil, "expr"},
		{"", labels, `up{instance="i", job="j"}`},
		{"", map[string]string{"__name__": "up"}, "up"},
		{"", nil, "expr"},
	} {
		if got := legend(c.format, "expr", c.labels); got != c.want {
			t.Errorf("legend(%q, %v) = %q, want %q", c.format, c.labels, got, c.want)
		}
	}
}

func TestFrames(t *testing.T) {
	answer := &Answer{}
	answer.Data.ResultType = "matrix"
	answer.Data.Result = json.RawMessage(`[{"metric":{},"values":[[1,"+Inf"],[2,"-Inf"],[3,"NaN"],[4.5,"0.1"]]}]`)
	frames, err := framesOf(answer, frameContext{query: Query{RefID: "A"}, expr: "x", step: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(frames[0].Data)
	const want = `{"values":[[1000,2000,3000,4500],[null,null,null,0.1]],"entities":[null,{"NaN":[2],"Inf":[0],"NegInf":[1]}]}`
	if err != nil || string(text) != want {
		t.Errorf("got  %s, %v\nwant %s", text, err, want)
	}
	answer.Data.Result = json.RawMessage(`[{"metric":{},"values":[[1,2]]}]`)
	if _, err := framesOf(answer, frameContext{}); err == nil {
		t.Error("a sample that is no text was accepted")
	}
}

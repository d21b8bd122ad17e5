package promquery

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	defaultScrape = 15 * time.Second
	maxPoints     = 11000 // Prometheus' own limit for a range query
)

var durationForm = regexp.MustCompile(`^>?(\d+)(ms|s|m|h|d|w|y)$`)

var units = map[string]time.Duration{
	"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour,
	"d": 24 * time.Hour, "w": 7 * 24 * time.Hour, "y": 365 * 24 * time.Hour,
}

func parseDuration(text string) (time.Duration, error) {
	parts := durationForm.FindStringSubmatch(strings.TrimSpace(text))
	if parts == nil {
		return 0, fmt.Errorf("%q is not a duration", text)
	}
	number, err := strconv.Atoi(parts[1])
	return time.Duration(number) * units[parts[2]], err
}

func formatDuration(d time.Duration) string {
	for _, unit := range []string{"y", "w", "d", "h", "m", "s"} {
		if d >= units[unit] && d%units[unit] == 0 {
			return fmt.Sprintf("%d%s", d/units[unit], unit)
		}
	}
	return fmt.Sprintf("%dms", d.Milliseconds())
}

// roundSteps are the steps that Grafana rounds to: limit below which the step on the right is taken.
var roundSteps = []struct{ below, step time.Duration }{
	{15 * time.Millisecond, 10 * time.Millisecond}, {35 * time.Millisecond, 20 * time.Millisecond},
	{75 * time.Millisecond, 50 * time.Millisecond}, {150 * time.Millisecond, 100 * time.Millisecond},
	{350 * time.Millisecond, 200 * time.Millisecond}, {750 * time.Millisecond, 500 * time.Millisecond},
	{1500 * time.Millisecond, time.Second}, {3500 * time.Millisecond, 2 * time.Second},
	{7500 * time.Millisecond, 5 * time.Second}, {12500 * time.Millisecond, 10 * time.Second},
	{17500 * time.Millisecond, 15 * time.Second}, {25 * time.Second, 20 * time.Second},
	{45 * time.Second, 30 * time.Second}, {90 * time.Second, time.Minute}, {210 * time.Second, 2 * time.Minute},
	{450 * time.Second, 5 * time.Minute}, {750 * time.Second, 10 * time.Minute}, {1050 * time.Second, 15 * time.Minute},
	{1500 * time.Second, 20 * time.Minute}, {45 * time.Minute, 30 * time.Minute}, {90 * time.Minute, time.Hour},
	{150 * time.Minute, 2 * time.Hour}, {270 * time.Minute, 3 * time.Hour}, {9 * time.Hour, 6 * time.Hour},
	{24 * time.Hour, 12 * time.Hour}, {7 * 24 * time.Hour, 24 * time.Hour},
}

func roundStep(interval time.Duration) time.Duration {
	for _, round := range roundSteps {
		if interval < round.below {
			return round.step
		}
	}
	return 7 * 24 * time.Hour
}

// step is the resolution of a range query: what the panel's width allows, never finer than the scrape interval, and
// never more points than Prometheus returns.
func step(span time.Duration, points int64, least time.Duration) time.Duration {
	if points <= 0 {
		points = 1500
	}
	chosen := roundStep(span / time.Duration(points))
	return max(chosen, least, roundStep(span/maxPoints))
}

// rateInterval is $__rate_interval: four scrapes at least, so that rate() always sees two samples.
func rateInterval(step, scrape time.Duration) time.Duration { return max(step+scrape, 4*scrape) }

// fill replaces Grafana's built-in variables in an expression.
func fill(expr string, step, scrape, span time.Duration) string {
	values := []string{
		"__rate_interval_ms", fmt.Sprint(rateInterval(step, scrape).Milliseconds()),
		"__rate_interval", formatDuration(rateInterval(step, scrape)),
		"__interval_ms", fmt.Sprint(step.Milliseconds()),
		"__interval", formatDuration(step),
		"__range_ms", fmt.Sprint(span.Milliseconds()),
		"__range_s", fmt.Sprint(int64(span.Seconds())),
		"__range", fmt.Sprintf("%ds", int64(span.Seconds())),
	}
	pairs := []string{}
	for i := 0; i < len(values); i += 2 {
		pairs = append(pairs, "${"+values[i]+"}", values[i+1], "$"+values[i], values[i+1])
	}
	return strings.NewReplacer(pairs...).Replace(expr)
}

package promquery

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	durationForm = regexp.MustCompile(`^>?(\d+)(ms|s|m|h|d|w|y)$`)
	units        = map[string]time.Duration{
		"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour,
		"d": 24 * time.Hour, "w": 7 * 24 * time.Hour, "y": 365 * 24 * time.Hour,
	}
)

func parseDuration(text string) (time.Duration, error) {
	parts := durationForm.FindStringSubmatch(strings.TrimSpace(text))
	if parts == nil {
		return 0, fmt.Errorf("%q is not a duration", text)
	}
	number, err := strconv.Atoi(parts[1])
	return time.Duration(number) * units[parts[2]], err
}

// step is the resolution of a range query, in whole seconds: what the panel's width allows, and never finer than the
// scrape interval. Grafana rounds it to rounder ones.
func step(span time.Duration, points int64, least time.Duration) time.Duration {
	if points <= 0 {
		points = 1500
	}
	return max((span/time.Duration(points) + time.Second - 1).Truncate(time.Second), least, time.Second)
}

// fill replaces Grafana's built-in variables in an expression. $__rate_interval is four scrapes at least, so that rate()
// always sees two samples.
func fill(expr string, step, scrape, span time.Duration) string {
	rate := max(step+scrape, 4*scrape)
	pairs := []string{}
	for _, variable := range [][2]string{ // the longer names first
		{"__rate_interval_ms", milliseconds(rate)}, {"__rate_interval", written(rate)},
		{"__interval_ms", milliseconds(step)}, {"__interval", written(step)},
		{"__range_ms", milliseconds(span)}, {"__range_s", fmt.Sprint(int64(span.Seconds()))}, {"__range", written(span)},
	} {
		pairs = append(pairs, "${"+variable[0]+"}", variable[1], "$"+variable[0], variable[1])
	}
	return strings.NewReplacer(pairs...).Replace(expr)
}

func milliseconds(d time.Duration) string { return fmt.Sprint(d.Milliseconds()) }

func written(d time.Duration) string {
	if d%time.Second == 0 {
		return fmt.Sprintf("%ds", d/time.Second)
	}
	return milliseconds(d) + "ms"
}

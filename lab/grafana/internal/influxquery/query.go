package influxquery

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"podwatch/lab/grafana/internal/frames"
	"podwatch/lab/grafana/internal/upstream"
)

// Query is one entry of /api/ds/query for an influxdb data source.
type Query struct {
	RefID        string `json:"refId"`
	RawQuery     bool   `json:"rawQuery"`
	Query        string `json:"query"`
	ResultFormat string `json:"resultFormat"`
	Alias        string `json:"alias"`
	Policy       string `json:"policy"`
	IntervalMs   int64  `json:"intervalMs"`
}

// Run sends one query over a time range.
func (c *Client) Run(ctx context.Context, q Query, from, to time.Time) frames.Response {
	if err := errors.Join(c.known(), q.known()); err != nil {
		return frames.Refuse(http.StatusNotImplemented, "plugin", err)
	}
	interval := q.interval()
	statement := fill(q.Query, interval, from, to)
	if err := sendable(statement); err != nil {
		return frames.Refuse(http.StatusNotImplemented, "plugin", err)
	}
	series, err := c.call(ctx, statement)
	if err != nil {
		var reported *upstream.Failure
		if errors.As(err, &reported) {
			return frames.Refuse(reported.Status, "downstream", err)
		}
		return frames.Refuse(http.StatusInternalServerError, "downstream", err)
	}
	made, err := framesOf(series, q, statement)
	if err != nil {
		return frames.Refuse(http.StatusNotImplemented, "plugin", err)
	}
	return frames.Response{Status: http.StatusOK, Frames: made}
}

// known refuses what Grafana makes of a query that this program does not.
func (q Query) known() error {
	switch {
	case !q.RawQuery || q.Query == "":
		return errors.New("the stand-in for Grafana sends raw queries only, not those of the query builder")
	case q.ResultFormat != "" && q.ResultFormat != "time_series" && q.ResultFormat != "table":
		return fmt.Errorf("the stand-in for Grafana has no answers in the format %q", q.ResultFormat)
	case q.Policy != "" && q.Policy != "default":
		return fmt.Errorf("the stand-in for Grafana asks the default retention policy only, not %q", q.Policy)
	}
	return nil
}

// interval is what the browser asks for; Grafana's backend takes it as it is.
func (q Query) interval() time.Duration {
	if q.IntervalMs <= 0 {
		return time.Second
	}
	return time.Duration(q.IntervalMs) * time.Millisecond
}

// fill replaces what Grafana's backend knows in a query.
func fill(query string, interval time.Duration, from, to time.Time) string {
	filter := fmt.Sprintf("time >= %dms and time <= %dms", from.UnixMilli(), to.UnixMilli())
	for _, variable := range [][2]string{ // one after another, as Grafana does
		{"$timeFilter", filter}, {"$interval", written(interval)},
		{"$__interval_ms", fmt.Sprint(interval.Milliseconds())}, {"$__interval", written(interval)},
	} {
		query = strings.ReplaceAll(query, variable[0], variable[1])
	}
	return query
}

// written rounds down to one unit.
func written(d time.Duration) string {
	for _, unit := range []struct {
		length time.Duration
		letter string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "m"}, {time.Second, "s"}} {
		if d >= unit.length {
			return fmt.Sprintf("%d%s", d/unit.length, unit.letter)
		}
	}
	return fmt.Sprintf("%dms", max(1, d.Milliseconds()))
}

var (
	leftOver = regexp.MustCompile(`\$[A-Za-z_]\w*|\$\{|\[\[`)
	reading  = regexp.MustCompile(`(?i)^\s*(SELECT\s|SHOW\s+TAG\s+VALUES\s)`)
	writing  = regexp.MustCompile(`(?i)\sINTO\s`)
)

// sendable refuses what Grafana would send as it is, and what no panel needs.
func sendable(statement string) error {
	if name := leftOver.FindString(statement); name != "" {
		return fmt.Errorf("the stand-in for Grafana does not know %s in a query in InfluxQL", name)
	}
	if !reading.MatchString(statement) || writing.MatchString(statement) || strings.Contains(statement, ";") {
		return errors.New("the stand-in for Grafana sends one SELECT or SHOW TAG VALUES only")
	}
	return nil
}

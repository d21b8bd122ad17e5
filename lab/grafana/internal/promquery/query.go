package promquery

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"podwatch/lab/grafana/internal/frames"
	"podwatch/lab/grafana/internal/upstream"
)

// Query is one entry of /api/ds/query for a prometheus data source.
type Query struct {
	RefID         string `json:"refId"`
	Expr          string `json:"expr"`
	Instant       *bool  `json:"instant"`
	Range         *bool  `json:"range"`
	LegendFormat  string `json:"legendFormat"`
	Interval      string `json:"interval"`
	IntervalMs    int64  `json:"intervalMs"`
	MaxDataPoints int64  `json:"maxDataPoints"`
}

// Run evaluates one query over a time range.
func (c *Client) Run(ctx context.Context, q Query, from, to time.Time) frames.Response {
	if strings.TrimSpace(q.Expr) == "" {
		// Grafana hands an empty expression on; this is Prometheus' answer.
		return frames.Refuse(http.StatusBadRequest, "downstream", errors.New(`bad_data: invalid parameter "query": unknown position: parse error: no expression found in input`))
	}
	scrape, err := c.scrapeInterval()
	if err != nil {
		return frames.Refuse(http.StatusBadRequest, "plugin", err)
	}
	least := scrape
	if q.Interval != "" && !strings.Contains(q.Interval, "$") {
		if least, err = parseDuration(q.Interval); err != nil {
			return frames.Refuse(http.StatusBadRequest, "plugin", err)
		}
	}
	span := to.Sub(from)
	step := step(span, q.MaxDataPoints, least)
	expr := fill(q.Expr, step, scrape, span)
	all := []*frames.Frame{}
	for _, call := range q.calls(expr, step, from, to) {
		answer, err := c.call(ctx, call.path, call.form)
		if err != nil {
			var reported *upstream.Failure
			if errors.As(err, &reported) {
				return frames.Refuse(reported.Status, "downstream", err)
			}
			return frames.Refuse(http.StatusInternalServerError, "downstream", err)
		}
		made, err := framesOf(answer, q, step)
		if err != nil {
			return frames.Refuse(http.StatusInternalServerError, "plugin", err)
		}
		all = append(all, made...)
	}
	return frames.Response{Status: http.StatusOK, Frames: all}
}

type call struct {
	path string
	form url.Values
}

// calls are the requests that a query needs: range, instant, or both; a query that says neither is a range query.
func (q Query) calls(expr string, step time.Duration, from, to time.Time) []call {
	instant := q.Instant != nil && *q.Instant
	ranged := (q.Range != nil && *q.Range) || !instant
	calls := []call{}
	if ranged {
		calls = append(calls, call{"/api/v1/query_range", url.Values{
			"query": {expr}, "step": {seconds(step)},
			"start": {aligned(from, step)}, "end": {aligned(to, step)},
		}})
	}
	if instant {
		calls = append(calls, call{"/api/v1/query", url.Values{
			"query": {expr}, "time": {strconv.FormatFloat(float64(to.UnixMilli())/1000, 'f', -1, 64)},
		}})
	}
	return calls
}

func aligned(at time.Time, step time.Duration) string {
	return strconv.FormatFloat(float64(at.UnixMilli()/step.Milliseconds()*step.Milliseconds())/1000, 'f', -1, 64)
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) }

func (c *Client) scrapeInterval() (time.Duration, error) {
	given := c.Text("timeInterval")
	if given == "" {
		return 15 * time.Second, nil
	}
	interval, err := parseDuration(given)
	if err != nil {
		return 0, fmt.Errorf("the data source's timeInterval: %w", err)
	}
	return interval, nil
}

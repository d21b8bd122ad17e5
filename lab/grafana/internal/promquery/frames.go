package promquery

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"
)

// Frame is Grafana's table of columns: a schema and, apart, the values column by column.
type Frame struct {
	Schema Schema `json:"schema"`
	Data   Data   `json:"data"`
}

// Schema names and types the columns.
type Schema struct {
	RefID  string  `json:"refId"`
	Meta   Meta    `json:"meta"`
	Fields []Field `json:"fields"`
}

// Meta says what kind of result a frame holds.
type Meta struct {
	Type                string         `json:"type,omitempty"`
	TypeVersion         [2]int         `json:"typeVersion"`
	Custom              map[string]any `json:"custom"`
	ExecutedQueryString string         `json:"executedQueryString"`
}

// Field is one column.
type Field struct {
	Name     string         `json:"name"`
	Type     string         `json:"type"`
	TypeInfo map[string]any `json:"typeInfo"`
	Labels   any            `json:"labels,omitempty"` // map[string]string; an empty one is written
	Config   map[string]any `json:"config,omitempty"`
}

// Data are the columns; what JSON has no number for is null there and listed in entities.
type Data struct {
	Values   [][]any    `json:"values"`
	Entities []*special `json:"entities,omitempty"`
}

type special struct {
	NaN    []int `json:"NaN,omitempty"`
	Inf    []int `json:"Inf,omitempty"`
	NegInf []int `json:"NegInf,omitempty"`
}

type frameContext struct {
	query Query
	expr  string
	step  time.Duration
}

type series struct {
	Metric map[string]string `json:"metric"`
	Value  *sample           `json:"value"`
	Values []sample          `json:"values"`
}

type sample [2]any // seconds, value as text

var kinds = map[string]string{"matrix": "timeseries-multi", "vector": "numeric-multi", "scalar": "numeric-multi"}

func framesOf(answer *Answer, ctx frameContext) ([]*Frame, error) {
	all := []series{}
	switch answer.Data.ResultType {
	case "matrix", "vector":
		if err := json.Unmarshal(answer.Data.Result, &all); err != nil {
			return nil, err
		}
	case "scalar", "string":
		var only sample
		if err := json.Unmarshal(answer.Data.Result, &only); err != nil {
			return nil, err
		}
		all = append(all, series{Value: &only})
	default:
		return nil, fmt.Errorf("unknown result type %q", answer.Data.ResultType)
	}
	frames := []*Frame{}
	for _, one := range all {
		frame, err := frameOf(one, answer.Data.ResultType, ctx)
		if err != nil {
			return nil, err
		}
		frames = append(frames, frame)
	}
	if len(frames) == 0 {
		frames = append(frames, emptyFrame(answer.Data.ResultType, ctx))
	}
	return frames, nil
}

func emptyFrame(resultType string, ctx frameContext) *Frame {
	frame := &Frame{Schema: Schema{RefID: ctx.query.RefID, Meta: meta(resultType, ctx), Fields: []Field{}}}
	frame.Data.Values = [][]any{}
	return frame
}

func meta(resultType string, ctx frameContext) Meta {
	return Meta{
		Type: kinds[resultType], TypeVersion: [2]int{0, 1}, Custom: map[string]any{"resultType": resultType},
		ExecutedQueryString: fmt.Sprintf("Expr: %s\nStep: %s", ctx.expr, ctx.step),
	}
}

func frameOf(one series, resultType string, ctx frameContext) (*Frame, error) {
	if one.Metric == nil {
		one.Metric = map[string]string{}
	}
	samples := one.Values
	if one.Value != nil {
		samples = []sample{*one.Value}
	}
	frame := &Frame{Schema: Schema{RefID: ctx.query.RefID, Meta: meta(resultType, ctx)}}
	times, values, marks := make([]any, 0, len(samples)), make([]any, 0, len(samples)), &special{}
	for i, sample := range samples {
		at, isNumber := sample[0].(float64)
		text, isText := sample[1].(string)
		value, err := strconv.ParseFloat(text, 64)
		if !isNumber || !isText || err != nil {
			return nil, fmt.Errorf("sample %v is not [seconds, \"value\"]", sample)
		}
		times = append(times, int64(math.Round(at*1000)))
		values = append(values, marks.keep(i, value))
	}
	frame.Data.Values = [][]any{times, values}
	if marks.NaN != nil || marks.Inf != nil || marks.NegInf != nil {
		frame.Data.Entities = []*special{nil, marks}
	}
	config := map[string]any{}
	if name := legend(ctx.query.LegendFormat, ctx.expr, one.Metric); name != "" {
		config["displayNameFromDS"] = name
	}
	frame.Schema.Fields = []Field{
		{Name: "Time", Type: "time", TypeInfo: map[string]any{"frame": "time.Time"}, Config: map[string]any{"interval": ctx.step.Milliseconds()}},
		{Name: "Value", Type: "number", TypeInfo: map[string]any{"frame": "float64"}, Labels: one.Metric, Config: config},
	}
	return frame, nil
}

func (s *special) keep(i int, value float64) any {
	switch {
	case math.IsNaN(value):
		s.NaN = append(s.NaN, i)
	case math.IsInf(value, 1):
		s.Inf = append(s.Inf, i)
	case math.IsInf(value, -1):
		s.NegInf = append(s.NegInf, i)
	default:
		return value
	}
	return nil
}

var placeholder = regexp.MustCompile(`\{\{\s*(.+?)\s*\}\}`)

// legend is the series' name: the legend with labels filled in, or the series as Prometheus writes it; "__auto" leaves
// a labelled series to the page.
func legend(format, expr string, labels map[string]string) string {
	switch {
	case format == "__auto" && len(labels) > 0:
		return ""
	case format != "" && format != "__auto":
		return placeholder.ReplaceAllStringFunc(format, func(match string) string {
			return labels[placeholder.FindStringSubmatch(match)[1]]
		})
	}
	if name := seriesName(labels); name != "" {
		return name
	}
	return expr
}

func seriesName(labels map[string]string) string {
	pairs := []string{}
	for name, value := range labels {
		if name != "__name__" {
			pairs = append(pairs, fmt.Sprintf("%s=%q", name, value))
		}
	}
	sort.Strings(pairs)
	if len(pairs) == 0 {
		return labels["__name__"]
	}
	return labels["__name__"] + "{" + strings.Join(pairs, ", ") + "}"
}

package promquery

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"time"
)

// Frame is Grafana's table of columns: a schema and, apart, the values column by column.
type Frame struct {
	Schema struct {
		RefID  string  `json:"refId"`
		Fields []Field `json:"fields"`
	} `json:"schema"`
	Data struct {
		Values [][]any `json:"values"`
	} `json:"data"`
}

// Field is one column: times, or the values of one series.
type Field struct {
	Name   string         `json:"name"`
	Type   string         `json:"type"`
	Labels any            `json:"labels,omitempty"` // map[string]string; an empty one is written
	Config map[string]any `json:"config"`
}

type series struct {
	Metric map[string]string `json:"metric"`
	Value  *sample           `json:"value"`
	Values []sample          `json:"values"`
}

type sample [2]any // seconds, value as text

// framesOf makes a frame of each series; where there is none, one without columns.
func framesOf(answer *Answer, query Query, step time.Duration) ([]*Frame, error) {
	all := []series{}
	switch answer.Data.ResultType {
	case "matrix", "vector":
		if err := json.Unmarshal(answer.Data.Result, &all); err != nil {
			return nil, err
		}
	case "scalar", "string":
		only := series{Value: &sample{}}
		if err := json.Unmarshal(answer.Data.Result, only.Value); err != nil {
			return nil, err
		}
		all = append(all, only)
	default:
		return nil, fmt.Errorf("unknown result type %q", answer.Data.ResultType)
	}
	frames := []*Frame{}
	for _, one := range all {
		frame, err := frameOf(one, query, step)
		if err != nil {
			return nil, err
		}
		frames = append(frames, frame)
	}
	if len(frames) == 0 {
		empty := &Frame{}
		empty.Schema.RefID, empty.Schema.Fields, empty.Data.Values = query.RefID, []Field{}, [][]any{}
		frames = append(frames, empty)
	}
	return frames, nil
}

func frameOf(one series, query Query, step time.Duration) (*Frame, error) {
	if one.Metric == nil {
		one.Metric = map[string]string{}
	}
	samples := one.Values
	if one.Value != nil {
		samples = []sample{*one.Value}
	}
	times, values := []any{}, []any{}
	for _, sample := range samples {
		at, isNumber := sample[0].(float64)
		text, isText := sample[1].(string)
		value, err := strconv.ParseFloat(text, 64)
		if !isNumber || !isText || err != nil {
			return nil, fmt.Errorf("sample %v is not [seconds, \"value\"]", sample)
		}
		times = append(times, int64(math.Round(at*1000)))
		if math.IsNaN(value) || math.IsInf(value, 0) {
			values = append(values, nil) // JSON has no word for them
		} else {
			values = append(values, value)
		}
	}
	config := map[string]any{}
	if query.LegendFormat != "" && query.LegendFormat != "__auto" {
		config["displayNameFromDS"] = placeholder.ReplaceAllStringFunc(query.LegendFormat, func(match string) string {
			return one.Metric[placeholder.FindStringSubmatch(match)[1]]
		})
	}
	frame := &Frame{}
	frame.Schema.RefID, frame.Data.Values = query.RefID, [][]any{times, values}
	frame.Schema.Fields = []Field{
		{Name: "Time", Type: "time", Config: map[string]any{"interval": step.Milliseconds()}},
		{Name: "Value", Type: "number", Labels: one.Metric, Config: config},
	}
	return frame, nil
}

var placeholder = regexp.MustCompile(`\{\{\s*(.+?)\s*\}\}`)

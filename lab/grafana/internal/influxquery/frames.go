package influxquery

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"podwatch/lab/grafana/internal/frames"
)

// framesOf makes one frame for a table, else one for each column of each series.
func framesOf(series []Series, q Query, statement string) ([]*frames.Frame, error) {
	if q.ResultFormat == "table" {
		return tableOf(series, q)
	}
	made := []*frames.Frame{}
	for _, one := range series {
		if one.Columns[0] != "time" {
			made = append(made, listOf(one, q, statement))
			continue
		}
		times := column(one, 0)
		for index, name := range one.Columns[1:] {
			values := column(one, index+1)
			shown := map[string]any{"displayNameFromDS": nameOf(one, name, q)}
			fields := []frames.Field{{Name: "Time", Type: "time"}, {Name: "Value", Type: typeOf(values), Config: shown}}
			if one.Tags != nil {
				fields[1].Labels = one.Tags
			}
			frame := frames.New(q.RefID, fields, [][]any{times, values})
			frame.Schema.Name = nameOf(one, name, q)
			made = append(made, frame)
		}
	}
	return made, nil
}

// listOf is what has no times: of the values of a tag the second column, else the first.
func listOf(one Series, q Query, statement string) *frames.Frame {
	at := 0
	if len(one.Columns) > 1 && strings.Contains(strings.ToUpper(statement), "SHOW TAG VALUES") {
		at = 1
	}
	values := column(one, at)
	frame := frames.New(q.RefID, []frames.Field{{Name: "Value", Type: typeOf(values)}}, [][]any{values})
	frame.Schema.Name = one.Name
	return frame
}

// tableOf has the tag by which series are grouped in a column of its own. Grafana has those of several tags in any order, and mixes them up.
func tableOf(series []Series, q Query) ([]*frames.Frame, error) {
	if len(series) == 0 {
		return []*frames.Frame{}, nil
	}
	first := series[0]
	tags := []string{}
	for tag := range first.Tags {
		tags = append(tags, tag)
	}
	if len(tags) > 1 {
		return nil, fmt.Errorf("a table is grouped by one tag at most, not by %d: Grafana mixes their columns up", len(tags))
	}
	names := slices.Concat(first.Columns[:1], tags, first.Columns[1:])
	values := make([][]any, len(names))
	for _, one := range series {
		if !slices.Equal(one.Columns, first.Columns) {
			return nil, fmt.Errorf("a table has the columns of one query, not %v and %v", first.Columns, one.Columns)
		}
		columns := [][]any{column(one, 0)}
		for _, tag := range tags {
			columns = append(columns, slices.Repeat([]any{one.Tags[tag]}, len(one.Values)))
		}
		for index := range one.Columns[1:] {
			columns = append(columns, column(one, index+1))
		}
		for index, more := range columns {
			values[index] = append(values[index], more...)
		}
	}
	fields := []frames.Field{}
	for index, name := range names {
		field := frames.Field{Name: name, Type: typeOf(values[index]), Config: map[string]any{"displayNameFromDS": name}}
		if name == "time" && index == 0 {
			field = frames.Field{Name: "Time", Type: "time"}
		}
		fields = append(fields, field)
	}
	frame := frames.New(q.RefID, fields, values)
	frame.Schema.Name = first.Name
	return []*frames.Frame{frame}, nil
}

func column(one Series, at int) []any {
	values := make([]any, 0, len(one.Values))
	for _, row := range one.Values {
		values = append(values, row[at])
	}
	return values
}

func typeOf(values []any) string {
	for _, value := range values {
		switch value.(type) {
		case string:
			return "string"
		case bool:
			return "boolean"
		case float64:
			return "number"
		}
	}
	return "number"
}

var reference = regexp.MustCompile(`\$(\w+)|\[\[([\s\S]+?)\]\]`)

// nameOf is the alias with the measurement, the column, parts of the measurement and tags filled in; what is not there stays as it is.
func nameOf(one Series, column string, q Query) string {
	if q.Alias == "" {
		return one.Name + "." + column + tagsOf(one)
	}
	return reference.ReplaceAllStringFunc(q.Alias, func(whole string) string {
		found := reference.FindStringSubmatch(whole)
		name := found[1] + found[2]
		switch name {
		case "m", "measurement":
			return one.Name
		case "col":
			return column
		case "__interval":
			return written(q.interval())
		case "__interval_ms":
			return fmt.Sprint(q.interval().Milliseconds())
		}
		if position, err := strconv.Atoi(name); err == nil {
			if parts := strings.Split(one.Name, "."); position < len(parts) {
				return parts[position]
			}
		}
		if tag, isTag := strings.CutPrefix(name, "tag_"); isTag {
			if value, exists := one.Tags[tag]; exists {
				return value
			}
		}
		return whole
	})
}

func tagsOf(one Series) string {
	if len(one.Tags) == 0 {
		return ""
	}
	pairs := []string{}
	for tag, value := range one.Tags {
		pairs = append(pairs, tag+": "+value)
	}
	slices.Sort(pairs)
	return " { " + strings.Join(pairs, ", ") + " }"
}

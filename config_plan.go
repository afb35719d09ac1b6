package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strconv"

	"go.yaml.in/yaml/v3"

	"jiaohao/server/hall"
)

// PlanHash tells plans apart: the hex SHA-256 of the plan's canonical JSON, in which nothing stands for what is not said and
// defaults are filled in. So a new kind of setting that nobody uses yet does not change the hash of a hall.
func PlanHash(p *hall.Plan) string {
	text, err := json.Marshal(canonical(p))
	if err != nil {
		panic("a plan is plain data: " + err.Error())
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// canonical is a plan as plain JSON values without empty ones. The plan itself is not touched: it may be in force.
func canonical(p *hall.Plan) any {
	filled := *p
	filled.Check()
	text, err := json.Marshal(&filled)
	if err != nil {
		panic("a plan is plain data: " + err.Error())
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		panic("what was just written is JSON: " + err.Error())
	}
	return prune(value)
}

// prune gives nil for an empty value and takes empty ones out of groups. Elements of lists keep their places.
func prune(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			if v[key] = prune(inner); v[key] == nil {
				delete(v, key)
			}
		}
		if len(v) == 0 {
			return nil
		}
	case []any:
		for i := range v {
			v[i] = prune(v[i])
		}
		if len(v) == 0 {
			return nil
		}
	case string, json.Number, bool:
		if v == "" || v == json.Number("0") || v == false {
			return nil
		}
	}
	return value
}

// ExportPlan writes a plan as the plan section of a configuration file. Loaded again it has the same [PlanHash].
func ExportPlan(p *hall.Plan) ([]byte, error) {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	root := &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{quotable("plan"), written(reflect.ValueOf(*p))}}
	if err := e.Encode(root); err != nil {
		return nil, err
	}
	if err := e.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// quotable is a text, which the encoder quotes where YAML would read something else; all but <<, the key of a merge.
func quotable(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	if s == "<<" {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

// written is a value as YAML, the members of a group in the order of their struct, which people know from the shipped file.
func written(v reflect.Value) *yaml.Node {
	switch v.Kind() {
	case reflect.Struct:
		return writtenGroup(v)
	case reflect.Slice:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		for i := range v.Len() {
			n.Content = append(n.Content, written(v.Index(i)))
		}
		return short(n)
	case reflect.Bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(v.Bool())}
	case reflect.Int:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.FormatInt(v.Int(), 10)}
	case reflect.Float64:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: strconv.FormatFloat(v.Float(), 'f', -1, 64)}
	case reflect.String:
		return quotable(v.String())
	}
	panic(fmt.Sprintf("a plan has no %v", v.Kind()))
}

func writtenGroup(v reflect.Value) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for _, m := range members(v.Type()) {
		if field := v.Field(m.index); !field.IsZero() {
			n.Content = append(n.Content, quotable(m.name), written(field))
		}
	}
	return short(n)
}

// short puts a list or group of nothing but plain values on one line: a name, the days of a week.
func short(n *yaml.Node) *yaml.Node {
	plain := n.Kind == yaml.SequenceNode || len(n.Content) <= 6
	for _, c := range n.Content {
		plain = plain && c.Kind == yaml.ScalarNode
	}
	if plain {
		n.Style = yaml.FlowStyle
	}
	return n
}

// ReadPlan reads what [ExportPlan] wrote. The error is a [Faults] when the plan is wrong.
func ReadPlan(r io.Reader) (*hall.Plan, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	c, _, err := load("plan", text, nil)
	if err != nil {
		return nil, err
	}
	return &c.Plan, nil
}

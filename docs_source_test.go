package main

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// parsed parses the Go files of a folder that are no tests.
func parsed(t *testing.T, folder string) []*ast.File {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil || len(names) == 0 {
		t.Fatalf("%s: no sources, %v", folder, err)
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

// constantsOf gives the values of the constants of folders that can be told without the rest of the program, by package and name.
func constantsOf(t *testing.T, folders ...string) map[string]string {
	t.Helper()
	values := map[string]string{}
	for _, folder := range folders {
		for _, file := range parsed(t, folder) {
			ast.Inspect(file, func(n ast.Node) bool {
				if spec, ok := n.(*ast.ValueSpec); ok {
					noteConstants(values, file.Name.Name, spec)
				}
				return true
			})
		}
	}
	return values
}

func noteConstants(values map[string]string, pkg string, spec *ast.ValueSpec) {
	for i, name := range spec.Names {
		if i >= len(spec.Values) {
			return
		}
		v, err := types.Eval(token.NewFileSet(), nil, token.NoPos, types.ExprString(spec.Values[i]))
		if err == nil && v.Value != nil && v.Value.Kind() != constant.Unknown {
			values[pkg+"."+name.Name] = strings.Trim(v.Value.ExactString(), `"`)
		}
	}
}

// structOf finds the members of a struct of package hall.
func structOf(t *testing.T, name string) *ast.StructType {
	t.Helper()
	var found *ast.StructType
	for _, file := range parsed(t, "server/hall") {
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok && spec.Name.Name == name {
				found, _ = spec.Type.(*ast.StructType)
			}
			return found == nil
		})
	}
	if found == nil {
		t.Fatalf("package hall has no struct %s", name)
	}
	return found
}

// keysOf describes how a struct of package hall is written: its integer keys with their names, "?" where zero is left out.
func keysOf(t *testing.T, name string) string {
	t.Helper()
	var keys []string
	for _, field := range structOf(t, name).Fields.List {
		if field.Tag == nil {
			continue
		}
		tag := reflect.StructTag(strings.Trim(field.Tag.Value, "`"))
		key, rest, _ := strings.Cut(tag.Get("cbor"), ",")
		if key == "-" || key == "" {
			continue
		}
		word, _, _ := strings.Cut(tag.Get("json"), ",")
		if word == "-" {
			word = strings.ToLower(field.Names[0].Name)
		}
		if strings.Contains(rest, "omit") {
			word += "?"
		}
		keys = append(keys, key+" "+word)
	}
	if len(keys) == 0 {
		return "–"
	}
	return strings.Join(keys, ", ")
}

// recorded is how an event is written.
type recorded struct {
	keys    string
	private bool
}

// recordedEvents reads from the source how every kind of event is written.
func recordedEvents(t *testing.T) map[string]recorded {
	t.Helper()
	kinds, private := map[string]string{}, map[string]bool{}
	for _, file := range parsed(t, "server/hall") {
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv == nil {
				continue
			}
			receiver := strings.TrimPrefix(types.ExprString(f.Recv.List[0].Type), "*")
			switch f.Name.Name {
			case "Kind":
				kinds[receiver] = strings.Trim(types.ExprString(f.Body.List[0].(*ast.ReturnStmt).Results[0]), `"`)
			case "private":
				private[receiver] = true
			}
		}
	}
	events := map[string]recorded{}
	for receiver, kind := range kinds {
		events[kind] = recorded{keys: keysOf(t, receiver), private: private[receiver]}
	}
	return events
}

// refusals reads from the source which params every code is refused with.
func refusals(t *testing.T) map[string]map[string]bool {
	t.Helper()
	codes, params := constantsOf(t, "server/hall"), map[string]map[string]bool{}
	for _, root := range []string{"server", "kiosk", "display", "counter"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.IsDir() {
				return err
			}
			if found, _ := filepath.Glob(filepath.Join(path, "*.go")); len(found) == 0 {
				return nil
			}
			for _, file := range parsed(t, path) {
				ast.Inspect(file, func(n ast.Node) bool {
					if call, ok := n.(*ast.CallExpr); ok {
						noteRefusal(params, codes, call)
					}
					return true
				})
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(params) < 15 {
		t.Fatalf("only %d codes are refused with params: this reads the source wrongly", len(params))
	}
	return params
}

// noteRefusal takes a call of hall.Refuse(code, name, value …).
func noteRefusal(params map[string]map[string]bool, codes map[string]string, call *ast.CallExpr) {
	if name := types.ExprString(call.Fun); name != "Refuse" && name != "hall.Refuse" || len(call.Args) < 3 {
		return
	}
	code := types.ExprString(call.Args[0])
	if literal, err := strconv.Unquote(code); err == nil {
		code = literal
	} else {
		code = codes["hall."+strings.TrimPrefix(code, "hall.")]
	}
	if params[code] == nil {
		params[code] = map[string]bool{}
	}
	for i := 1; i < len(call.Args); i += 2 {
		if name, err := strconv.Unquote(types.ExprString(call.Args[i])); err == nil {
			params[code][name] = true
		}
	}
}

// apiDoc is as much of an OpenAPI description as the pages speak of.
type apiDoc struct {
	Paths      map[string]map[string]apiOperation
	Components struct{ Schemas map[string]apiSchema }
}

type apiOperation struct {
	RequestBody struct {
		Content map[string]struct{ Schema apiSchema }
	}
	Parameters []struct{ Name, In string }
	Responses  map[string]any
}

type apiSchema struct {
	Ref        string `json:"$ref"`
	Properties map[string]apiSchema
	Items      *apiSchema
	OneOf      []apiSchema
	Enum       []any
	Required   []string
}

func (d *apiDoc) resolve(s apiSchema) apiSchema {
	if s.Ref != "" {
		return d.Components.Schemas[s.Ref[strings.LastIndex(s.Ref, "/")+1:]]
	}
	return s
}

// words collects the names of members and the enumerated words of a schema, all the way down.
func (d *apiDoc) words(s apiSchema, into map[string]bool) {
	s = d.resolve(s)
	for name, inner := range s.Properties {
		into[name] = true
		d.words(inner, into)
	}
	for _, v := range s.Enum {
		if word, ok := v.(string); ok {
			into[word] = true
		}
	}
	for _, one := range s.OneOf {
		d.words(one, into)
	}
	if s.Items != nil {
		d.words(*s.Items, into)
	}
}

// compareBody: every member of the body and every parameter of the query is in the cell, and nothing else.
func (d *apiDoc) compareBody(t *testing.T, route string, op apiOperation, cell string) {
	t.Helper()
	known := map[string]bool{}
	body := d.resolve(op.RequestBody.Content["application/json"].Schema)
	d.words(body, known)
	for name := range body.Properties {
		must := false
		for _, required := range body.Required {
			must = must || required == name
		}
		if said := strings.Contains(cell, `"`+name+`"`); !said || must == strings.Contains(cell, `"`+name+`"?`) {
			t.Errorf("docs/protocol.md is wrong about the member %s (required: %v) of the body of %s: %s", name, must, route, cell)
		}
	}
	for _, m := range memberName.FindAllStringSubmatch(cell, -1) {
		if !known[m[1]] {
			t.Errorf("docs/protocol.md says that the body of %s has %s, which it has not", route, m[1])
		}
	}
	for _, p := range op.Parameters {
		if p.In == "query" && !strings.Contains(cell, "`?"+p.Name+"`") {
			t.Errorf("docs/protocol.md does not know the parameter %s of %s", p.Name, route)
		}
	}
}

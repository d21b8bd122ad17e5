// Writes config/schema/secretKeys.json: the keys that the configurations of Prometheus, Alertmanager and the blackbox
// exporter keep secret, as their own types have them. The types are read from the sources, nothing is built.
//
//	cd config/schema/secretkeys && go run . MODULE@VERSION... >../secretKeys.json
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"sort"
	"strings"
)

// Types whose values their own programs do not show.
var secretType = regexp.MustCompile(`^(\w+\.)?(Secret|SecretURL|SecretTemplateURL|ProxyHeader)$`)

type field struct {
	Key string `json:"key"`
	// The package's directory and the type.
	In string `json:"in"`
	// The key of a file that may stand in its place.
	File string `json:"file,omitempty"`
	// Whether it is an address that holds the secret.
	URL bool `json:"url,omitempty"`
}

func main() {
	fields := []field{}
	for _, module := range os.Args[1:] {
		found, err := secretFields(module)
		if err != nil {
			fmt.Fprintln(os.Stderr, "secretkeys:", module, err)
			os.Exit(1)
		}
		fields = append(fields, found...)
	}
	sort.Slice(fields, func(a, b int) bool {
		return fields[a].Key+" "+fields[a].In < fields[b].Key+" "+fields[b].In
	})
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", "  ")
	_ = out.Encode(map[string]any{"from": os.Args[1:], "fields": fields})
}

func secretFields(module string) ([]field, error) {
	said, err := exec.Command("go", "mod", "download", "-json", module).Output()
	if err != nil {
		return nil, err
	}
	var at struct{ Dir string }
	if err := json.NewDecoder(bytes.NewReader(said)).Decode(&at); err != nil {
		return nil, err
	}
	var fields []field
	err = filepath.WalkDir(at.Dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		directory, _ := filepath.Rel(filepath.Dir(at.Dir), filepath.Dir(path))
		ast.Inspect(file, func(node ast.Node) bool {
			spec, ok := node.(*ast.TypeSpec)
			if !ok {
				return true
			}
			if structure, ok := spec.Type.(*ast.StructType); ok {
				fields = append(fields, ofStruct(structure, strings.SplitN(directory, "@", 2)[0]+strings.TrimPrefix(directory, filepath.Base(at.Dir))+"."+spec.Name.Name)...)
			}
			return true
		})
		return nil
	})
	return fields, err
}

func ofStruct(structure *ast.StructType, in string) []field {
	types := map[string]string{}
	for _, member := range structure.Fields.List {
		if member.Tag == nil {
			continue
		}
		tag := reflect.StructTag(strings.Trim(member.Tag.Value, "`")).Get("yaml")
		if key := strings.Split(tag, ",")[0]; key != "" && key != "-" {
			types[key] = typeName(member.Type)
		}
	}
	var fields []field
	for key, kind := range types {
		if !secretType.MatchString(kind) {
			continue
		}
		found := field{Key: key, In: in, URL: strings.HasSuffix(kind, "URL")}
		if key == "secrets" {
			found.File = "files"
		} else if _, ok := types[key+"_file"]; ok {
			found.File = key + "_file"
		}
		fields = append(fields, found)
	}
	return fields
}

// The name of a type, or of what it is a list, a map of or a pointer to.
func typeName(of ast.Expr) string {
	switch kind := of.(type) {
	case *ast.Ident:
		return kind.Name
	case *ast.SelectorExpr:
		return typeName(kind.X) + "." + kind.Sel.Name
	case *ast.StarExpr:
		return typeName(kind.X)
	case *ast.ArrayType:
		return typeName(kind.Elt)
	case *ast.MapType:
		return typeName(kind.Value)
	}
	return ""
}

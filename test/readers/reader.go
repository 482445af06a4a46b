// Reads each line as Go's encoding/json does and prints what it has read, in the form of values.ts:
// `reader map` into a map with numbers as written, `reader struct` into a struct as servers have it.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
)

type result map[string]any

func main() {
	read := readMap
	if len(os.Args) > 1 && os.Args[1] == "struct" {
		read = readStruct
	}
	input := bufio.NewReader(os.Stdin)
	output := json.NewEncoder(os.Stdout)
	for {
		line, err := input.ReadBytes('\n')
		if len(line) > 0 {
			found, problem := read(line)
			if problem != nil {
				found = result{"ok": false, "error": problem.Error()}
			}
			if err := output.Encode(found); err != nil {
				panic(err)
			}
		}
		if err == io.EOF {
			return
		}
		if err != nil {
			panic(err)
		}
	}
}

func readMap(line []byte) (result, error) {
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber()
	var message map[string]any
	if err := decoder.Decode(&message); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errors.New("text behind the value")
	}
	found := result{"ok": true}
	if method, ok := message["method"]; ok {
		found["method"] = form(method)
	}
	params, _ := message["params"].(map[string]any)
	for _, key := range []string{"name", "arguments"} {
		if value, ok := params[key]; ok {
			found[key] = form(value)
		}
	}
	return found, nil
}

func readStruct(line []byte) (result, error) {
	var message struct {
		Method any `json:"method"`
		Params struct {
			Name      any `json:"name"`
			Arguments any `json:"arguments"`
		} `json:"params"`
	}
	if err := json.Unmarshal(line, &message); err != nil {
		return nil, err
	}
	return result{
		"ok":        true,
		"method":    form(message.Method),
		"name":      form(message.Params.Name),
		"arguments": form(message.Params.Arguments),
	}, nil
}

func form(value any) any {
	switch value := value.(type) {
	case string:
		return map[string]any{"s": []rune(value)}
	case json.Number:
		return map[string]any{"n": value.String()}
	case float64:
		return map[string]any{"f": fmt.Sprintf("%016x", math.Float64bits(value))}
	case []any:
		items := []any{}
		for _, item := range value {
			items = append(items, form(item))
		}
		return map[string]any{"a": items}
	case map[string]any:
		members := []any{}
		for key, item := range value {
			members = append(members, []any{form(key), form(item)})
		}
		return map[string]any{"o": members}
	default: // nil, bool
		return value
	}
}

// Package metrics knows figures about the running program and how Prometheus reads them: counters, gauges and histograms,
// in families that are declared by whoever owns what they count. It must never know what a figure is about: names, helps
// and labels are its callers', and no label may carry a ticket, a person or a number.
package metrics

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// prefix stands before every name.
const prefix = "jiaohao_"

// ContentType is that of the text format, version 0.0.4.
const ContentType = "text/plain; version=0.0.4; charset=utf-8"

// Registry is the families of one program. Its methods may be called by any number of goroutines. A nil one gives working
// instruments that nobody reads, so that an owner need not ask whether it is watched.
type Registry struct {
	mu       sync.Mutex
	families []family
}

type family struct {
	name, kind, help string
	write            func(*lines)
}

// New makes a registry without families.
func New() *Registry { return &Registry{} }

// declare adds a family. A name that is there twice would be two truths under one name, and is a mistake of the program.
func (r *Registry) declare(kind, name, help string, write func(*lines)) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	i, there := slices.BinarySearchFunc(r.families, name, func(f family, n string) int { return strings.Compare(f.name, n) })
	if there {
		panic(fmt.Sprintf("metrics: the family %q is declared twice", name))
	}
	r.families = slices.Insert(r.families, i, family{name, kind, help, write})
}

// Names lists the families with the prefix, sorted.
func (r *Registry) Names() []string {
	var names []string
	for _, f := range r.all() {
		names = append(names, prefix+f.name)
	}
	return names
}

func (r *Registry) all() []family {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.families)
}

// Write gives all families in the text format, sorted by name. Each figure is read at its own moment. The error is w's.
func (r *Registry) Write(w io.Writer) error {
	l := &lines{w: bufio.NewWriter(w)}
	for _, f := range r.all() {
		l.name = prefix + f.name
		fmt.Fprintf(l.w, "# HELP %s %s\n# TYPE %s %s\n", l.name, escape(f.help), l.name, f.kind)
		f.write(l)
	}
	return l.w.Flush()
}

// lines writes the values of one family after the other.
type lines struct {
	w    *bufio.Writer
	name string
}

// put writes one value; labels come in pairs of name and value.
func (l *lines) put(suffix string, value float64, labels ...string) {
	l.w.WriteString(l.name + suffix) // an error stays in the writer until Flush
	for i := 0; i+1 < len(labels); i += 2 {
		l.w.WriteByte("{,"[min(i, 1)])
		l.w.WriteString(labels[i] + `="` + escape(labels[i+1]) + `"`)
	}
	if len(labels) > 0 {
		l.w.WriteByte('}')
	}
	l.w.WriteString(" " + number(value) + "\n")
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

var escapes = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)

func escape(s string) string { return escapes.Replace(s) }

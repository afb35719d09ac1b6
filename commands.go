package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"runtime/debug"
	"strings"

	"jiaohao/server/hall"
	"jiaohao/server/journal"
)

// command is one row of the table of subcommands.
type command struct {
	name, about string
	run         func(context.Context, invocation) int
}

// invocation is how the program was called.
type invocation struct {
	args, environ  []string
	stdin          io.Reader
	stdout, stderr io.Writer
}

// commands is the table; without a name the first is meant.
func commands() []command {
	return []command{
		{"serve", "run the hall (this is what no command means)", serveCommand},

		{"demo", "run the hall with simulated citizens and staff, nothing is kept", demoCommand},
		{"check", "check config.yaml and say what is wrong and where", checkCommand},
		{"journal", "print the journal as JSON lines; journal verify checks its chain", journalCommand},
		{"replay", "derive the state and every figure again and compare", replayCommand},
		{"backup", "save everything into a new folder on another disk, also while the hall runs; or the journal alone to a file", backupCommand},
		{"plan", "plan export | plan diff | plan apply", planCommand},
		{"audit", "tell who did what and why: audit --ticket A017, --staff, --terminal, --window", auditCommand},
		{"erase", "erase what is known of one person or ticket: erase --idcard | --phone | --ticket DATE/NUMBER, --by STAFF", eraseCommand},
		{"terminal", "terminal add NAME --role kiosk|board|pad|callpad: get the address that enrols it", terminalCommand},
		{"password", "password STAFF: give a member of staff a password, read from the standard input", passwordCommand},
		{"tls", "print the fingerprint, the names and the ends of the certificates", tlsCommand},
		{"bench", "measure this machine: tickets, screens, figures, restart, each against a yardstick", benchCommand},
		{"service", "service unit | install | remove | status: run with the machine", serviceCommand},
		{"version", "print the version", versionCommand},
		{"help", "print this list", func(_ context.Context, in invocation) int { usage(in.stdout); return 0 }},
	}
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "Usage: jiaohao [command] [flags]")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-10s %s\n", c.name, c.about)
	}
	fmt.Fprintln(w, "Every command takes --config FILE; settings can also come from the environment (JIAOHAO_LISTEN, JIAOHAO_DATA …).")
}

// flags parses a command's flags. Without ok the exit code is to be returned.
func (in invocation) flags(name string, define func(*flag.FlagSet)) (rest []string, code int, ok bool) {
	set := flag.NewFlagSet("jiaohao "+name, flag.ContinueOnError)
	set.SetOutput(in.stderr)
	define(set)
	var words []string
	for args := in.args; ; {
		if err := set.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, 0, false
			}
			return nil, 2, false
		}
		if set.NArg() == 0 {
			return words, 0, true
		}
		words, args = append(words, set.Arg(0)), set.Args()[1:]
	}
}

func (in invocation) fail(err error) int {
	var locked *journal.LockedError
	if errors.As(err, &locked) {
		fmt.Fprintf(in.stderr, "jiaohao: %s\n", inUse(locked))
	}
	fmt.Fprintf(in.stderr, "jiaohao: %v\n", err)
	return 1
}

// inUse says in both languages who works on the data already.
func inUse(e *journal.LockedError) string {
	folder := filepath.Dir(e.Path)
	if e.PID == 0 {
		return fmt.Sprintf("数据文件夹 %s 正由另一个进程使用，本次没有启动。\n         The data folder %s is in use by another process; nothing was started.", folder, folder)
	}
	since := e.Started.Local().Format("2006-01-02 15:04:05")
	return fmt.Sprintf("数据文件夹 %s 正由进程 %d（主机 %s，%s 起）使用，本次没有启动。\n         The data folder %s is in use by process %d on %s since %s; nothing was started.",
		folder, e.PID, e.Host, since, folder, e.PID, e.Host, since)
}

// flagsOf parses the flags of a command that reads no configuration itself.
func (in invocation) flagsOf(name string, path *string) (rest []string, code int, ok bool) {
	return in.flags(name, func(set *flag.FlagSet) { set.StringVar(path, "config", "", "configuration file of the service") })
}

// configured reads the configuration for a command that takes no other flags than those defined.
func (in invocation) configured(name string, define func(*flag.FlagSet)) (c Config, rest []string, code int, ok bool) {
	var path string
	rest, code, ok = in.flags(name, func(set *flag.FlagSet) {
		set.StringVar(&path, "config", "", "configuration file; ./config.yaml or the built-in one")
		if define != nil {
			define(set)
		}
	})
	if !ok {
		return c, nil, code, false
	}
	c, warnings, err := Load(path, in.environ)
	if err != nil {
		fmt.Fprintf(in.stderr, "jiaohao: %v\n", err)
		return c, nil, 1, false
	}
	for _, w := range warnings {
		fmt.Fprintln(in.stderr, "jiaohao: warning:", w)
	}
	return c, rest, 0, true
}

func checkCommand(_ context.Context, in invocation) int {
	var path string
	if _, code, ok := in.flags("check", func(set *flag.FlagSet) { set.StringVar(&path, "config", "", "file to check") }); !ok {
		return code
	}
	return Check(path, in.environ, in.stdout)
}

// version is the program's version, from the build.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && (v == "" || v == "(devel)") {
			v = s.Value[:min(12, len(s.Value))]
		}
	}
	if v == "" {
		v = "devel"
	}
	return v
}

func versionCommand(_ context.Context, in invocation) int {
	fmt.Fprintf(in.stdout, "jiaohao %s, rules %s\n", version(), hall.Version)
	return 0
}

// controlName is the socket in the data folder through which commands reach a running hall.
const controlName = "control.sock"

// control calls the running hall of a data folder. It fails with net errors when none runs there.
func control(ctx context.Context, data, method, path string, body io.Reader) (*http.Response, error) {
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", filepath.Join(data, controlName))
	}}}
	req, err := http.NewRequestWithContext(ctx, method, "http://hall"+path, body)
	if err != nil {
		return nil, err
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("no hall is running on %s: %w", data, err)
	}
	if res.StatusCode != http.StatusOK {
		defer res.Body.Close()
		text, err := io.ReadAll(io.LimitReader(res.Body, 4096))
		return nil, errors.Join(errors.New(strings.TrimSpace(string(text))), err)
	}
	return res, nil
}

func terminalCommand(ctx context.Context, in invocation) int {
	var role, place string
	c, rest, code, ok := in.configured("terminal", func(set *flag.FlagSet) {
		set.StringVar(&role, "role", "kiosk", "kiosk, board, pad or callpad")
		set.StringVar(&place, "place", "", "zone of a board, window of a pad")
	})
	if !ok {
		return code
	}
	if len(rest) != 2 || rest[0] != "add" {
		fmt.Fprintln(in.stderr, "Usage: jiaohao terminal add NAME --role kiosk|board|pad|callpad [--place ZONE]")
		return 2
	}
	ask, err := json.Marshal(map[string]string{"name": rest[1], "role": role, "place": place})
	if err != nil {
		return in.fail(err)
	}
	res, err := control(ctx, c.Data, http.MethodPost, "/terminals", strings.NewReader(string(ask)))
	if err != nil {
		return in.fail(err)
	}
	defer res.Body.Close()
	var added struct{ Path, ValidUntil string }
	if err := json.NewDecoder(res.Body).Decode(&added); err != nil {
		return in.fail(err)
	}
	fmt.Fprintf(in.stdout, "Open this address once on %s, before %s:\n  %s%s\n", rest[1], added.ValidUntil, baseURL(c), added.Path)
	return 0
}

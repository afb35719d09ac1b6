package main

import (
	"context"
	_ "embed" // the systemd unit
	"fmt"
	"os"
	"path/filepath"
)

//go:embed docs/service/jiaohao.service
var systemdUnit string

func serviceCommand(_ context.Context, in invocation) int {
	var path string
	rest, code, ok := in.flagsOf("service", &path)
	if !ok {
		return code
	}
	what := ""
	if len(rest) == 1 {
		what = rest[0]
	}
	switch what {
	case "unit":
		fmt.Fprint(in.stdout, systemdUnit)
		return 0
	case "install", "remove", "status":
		if err := service(what, path, in.stdout); err != nil {
			return in.fail(err)
		}
		return 0
	}
	fmt.Fprintln(in.stderr, "Usage: jiaohao service unit|install|remove|status [--config FILE]")
	return 2
}

// servicePhase is where a service stands in its life.
type servicePhase int

// The phases, in their order.
const (
	serviceStarting servicePhase = iota
	serviceRunning
	serviceStopping
)

// serviceLife runs the hall as a service until its manager asks it to stop or it ends by itself, and gives its exit code.
func serviceLife(run func(context.Context) int, stop <-chan struct{}, report func(servicePhase)) int {
	report(serviceStarting)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ended := make(chan int, 1)
	go func() { ended <- run(ctx) }()
	report(serviceRunning)
	select {
	case code := <-ended:
		return code
	case <-stop:
	}
	report(serviceStopping)
	cancel()
	return <-ended
}

// maxServiceLog is how large the log of a service may be, in bytes, before the next start begins a new one and keeps one old.
const maxServiceLog = 16 << 20

// serviceLog opens the file that a service without a terminal writes to.
func serviceLog(folder string) (*os.File, error) {
	path := filepath.Join(folder, "jiaohao.log")
	if info, err := os.Stat(path); err == nil && info.Size() > maxServiceLog {
		if err := os.Rename(path, path+".old"); err != nil {
			return nil, err
		}
	}
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
}

// Command jiaohao is the hall server of a government service centre: tickets, calls, boards and figures in one program.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // a hall's zone must not depend on what the machine has installed
)

func main() {
	if code, isService := runService(func(ctx context.Context, log io.Writer) int { return run(ctx, os.Args[1:], os.Environ(), log, log) }); isService {
		os.Exit(code)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run does what the command line asks and gives the exit code: 0 done, 1 failed, 2 not understood.
func run(ctx context.Context, args, environ []string, stdout, stderr io.Writer) int {
	return runWith(ctx, os.Stdin, args, environ, stdout, stderr)
}

// runWith is run with something else to read from than what is typed.
func runWith(ctx context.Context, stdin io.Reader, args, environ []string, stdout, stderr io.Writer) int {
	name := "serve"
	if len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		name, args = args[0], args[1:]
	}
	for _, c := range commands() {
		if c.name == name {
			return c.run(ctx, invocation{args: args, environ: environ, stdin: stdin, stdout: stdout, stderr: stderr})
		}
	}
	fmt.Fprintf(stderr, "jiaohao: there is no command %q\n\n", name)
	usage(stderr)
	return 2
}

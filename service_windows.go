package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/svc"
	"golang.org/x/sys/windows/svc/mgr"
)

// serviceName is the name under which the system's service manager knows the hall.
const serviceName = "jiaohao"

// service installs, removes or looks at the service.
func service(what, config string, out io.Writer) (err error) {
	m, err := mgr.Connect()
	if err != nil {
		return fmt.Errorf("the service manager does not let us in; run this as administrator: %w", err)
	}
	defer func() { err = errors.Join(err, m.Disconnect()) }()
	if what == "install" {
		return install(m, config, out)
	}
	s, err := m.OpenService(serviceName)
	if err != nil {
		return fmt.Errorf("there is no service %s: %w", serviceName, err)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if what == "status" {
		return describeService(s, out)
	}
	if _, err := s.Control(svc.Stop); err != nil && !errors.Is(err, windows.ERROR_SERVICE_NOT_ACTIVE) {
		return fmt.Errorf("the service does not stop: %w", err)
	}
	if err := s.Delete(); err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, "the service is removed; the data folder stays")
	return err
}

// install adds the service: started with the machine, by an account that may do little, and again whenever it ends.
func install(m *mgr.Mgr, config string, out io.Writer) (err error) {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	args := []string{"serve"}
	if config != "" {
		absolute, err := filepath.Abs(config)
		if err != nil {
			return err
		}
		args = append(args, "--config", absolute)
	}
	s, err := m.CreateService(serviceName, program, mgr.Config{DisplayName: "叫号 jiaohao", Description: "Tickets and windows of a service hall",
		StartType: mgr.StartAutomatic, ServiceStartName: `NT AUTHORITY\LocalService`}, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	again := mgr.RecoveryAction{Type: mgr.ServiceRestart, Delay: 2 * time.Second}
	if err := s.SetRecoveryActions([]mgr.RecoveryAction{again, again, again}, uint32((24 * time.Hour).Seconds())); err != nil {
		return err
	}
	if err := s.SetRecoveryActionsOnNonCrashFailures(true); err != nil {
		return err
	}
	folder := filepath.Dir(program)
	_, err = fmt.Fprintf(out, "installed. Let it write to its folder, then start it:\n  icacls \"%s\" /grant \"*S-1-5-19:(OI)(CI)M\"\n  sc start %s\nIts log is %s\n",
		folder, serviceName, filepath.Join(folder, "jiaohao.log"))
	return err
}

func describeService(s *mgr.Service, out io.Writer) error {
	status, err := s.Query()
	if err != nil {
		return err
	}
	words := map[svc.State]string{svc.Stopped: "stopped", svc.StartPending: "starting", svc.StopPending: "stopping", svc.Running: "running"}
	_, err = fmt.Fprintf(out, "%s: %s, process %d\n", serviceName, words[status.State], status.ProcessId)
	return err
}

// runService runs the program as a service when the service manager has started it: in the folder of the program, with a log
// there, because a service has no terminal and starts in the system's folder.
func runService(run func(context.Context, io.Writer) int) (code int, isService bool) {
	if is, err := svc.IsWindowsService(); err != nil || !is {
		return 0, false
	}
	program, err := os.Executable()
	if err != nil {
		return 1, true
	}
	folder := filepath.Dir(program)
	if err := os.Chdir(folder); err != nil {
		return 1, true
	}
	log, err := serviceLog(folder)
	if err != nil {
		return 1, true
	}
	defer log.Close()
	h := &serviceHandler{run: func(ctx context.Context) int { return run(ctx, log) }}
	if err := svc.Run(serviceName, h); err != nil {
		fmt.Fprintln(log, "jiaohao:", err)
		return 1, true
	}
	return h.code, true
}

// serviceHandler speaks with the service manager.
type serviceHandler struct {
	run  func(context.Context) int
	code int
}

// Execute implements svc.Handler. A code other than 0 has the manager start the service again.
func (h *serviceHandler) Execute(_ []string, requests <-chan svc.ChangeRequest, status chan<- svc.Status) (specific bool, code uint32) {
	stop, over := make(chan struct{}), make(chan struct{})
	defer close(over)
	states := map[servicePhase]svc.Status{serviceStarting: {State: svc.StartPending}, serviceRunning: {State: svc.Running, Accepts: svc.AcceptStop | svc.AcceptShutdown},
		serviceStopping: {State: svc.StopPending, WaitHint: uint32(stopWithin.Milliseconds())}}
	go func() {
		for stopped := false; ; {
			select {
			case <-over:
				return
			case r := <-requests:
				switch {
				case r.Cmd == svc.Interrogate:
					status <- r.CurrentStatus
				case (r.Cmd == svc.Stop || r.Cmd == svc.Shutdown) && !stopped:
					stopped = true
					close(stop)
				}
			}
		}
	}()
	h.code = serviceLife(h.run, stop, func(p servicePhase) { status <- states[p] })
	return true, uint32(h.code)
}

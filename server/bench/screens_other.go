//go:build !linux

package bench

import (
	"errors"
	"io"
)

// Crowd reads thousands of sockets with one thread, which this system has no means for here.
func Crowd(io.Reader, io.Writer) error { return errors.ErrUnsupported }

func (r *run) calls(Hall) error {
	r.report.leave("screens and fan-out: their clients need Linux")
	return nil
}

func (r *run) fanoutParts() error { return nil }

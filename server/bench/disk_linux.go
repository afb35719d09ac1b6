package bench

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// device is the block device that a folder is on.
type device struct{ stat string }

// deviceOf finds the device of a folder; false when it is on none, as in memory or on the network.
func deviceOf(folder string) (device, bool) {
	info, err := os.Stat(folder)
	if err != nil {
		return device{}, false
	}
	sys, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return device{}, false
	}
	major, minor := sys.Dev>>8&0xfff|sys.Dev>>32&^0xfff, sys.Dev&0xff|sys.Dev>>12&^0xff
	d := device{fmt.Sprintf("/sys/dev/block/%d:%d/stat", major, minor)}
	_, err = d.written()
	return d, err == nil
}

// written is how many bytes the device was asked to write since the machine started, by everybody.
func (d device) written() (int64, error) {
	text, err := os.ReadFile(d.stat)
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(text))
	if len(fields) < 7 {
		return 0, fmt.Errorf("%s has %d fields", d.stat, len(fields))
	}
	sectors, err := strconv.ParseInt(fields[6], 10, 64)
	return sectors * 512, err
}

// fileBytes is how many bytes this process has handed to the system in write calls since it started.
func fileBytes() (int64, bool) {
	text, err := os.ReadFile("/proc/self/io")
	_, after, found := bytes.Cut(text, []byte("wchar: "))
	number, _, _ := bytes.Cut(after, []byte("\n"))
	n, wrong := strconv.ParseInt(string(number), 10, 64)
	return n, err == nil && found && wrong == nil
}

// resident is the memory of this process, in bytes.
func resident() (int64, bool) {
	text, err := os.ReadFile("/proc/self/statm")
	fields := strings.Fields(string(text))
	if err != nil || len(fields) < 2 {
		return 0, false
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize()), err == nil
}

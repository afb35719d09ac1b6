package metrics

import (
	"bytes"
	"os"
	"strconv"
	"syscall"
)

// system declares what only the kernel knows.
func (r *Registry) system() {
	page := float64(os.Getpagesize())
	r.GaugeOf("resident_bytes", "Memory of the process that is in the machine's memory.", func() float64 { return field("/proc/self/statm", 1) * page })
	r.GaugeOf("descriptors", "Open files and connections.", descriptors)
	r.CounterOf("cpu_seconds_total", "Processor time used since the start.", cpuSeconds)
	r.CounterOf("written_bytes_total", "Bytes the process has caused to be written to disks since the start.", written)
}

// field is one number of a file of numbers, 0 when it cannot be read.
func field(name string, at int) float64 {
	text, err := os.ReadFile(name)
	words := bytes.Fields(text)
	if err != nil || at >= len(words) {
		return 0
	}
	n, err := strconv.ParseFloat(string(words[at]), 64)
	if err != nil {
		return 0
	}
	return n
}

func descriptors() float64 {
	names, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return float64(len(names) - 1) // the folder itself was open
}

func cpuSeconds() float64 {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		return 0
	}
	return float64(use.Utime.Nano()+use.Stime.Nano()) / 1e9
}

// written reads what the kernel counts when pages become dirty, so it counts more than reaches the disk where files are small.
func written() float64 {
	text, err := os.ReadFile("/proc/self/io")
	_, after, found := bytes.Cut(text, []byte("\nwrite_bytes: "))
	if err != nil || !found {
		return 0
	}
	number, _, _ := bytes.Cut(after, []byte("\n"))
	n, err := strconv.ParseFloat(string(number), 64)
	if err != nil {
		return 0
	}
	return n
}

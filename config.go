package main

import (
	"bytes"
	_ "embed" // the county hall that runs when no file is there
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/go-viper/mapstructure/v2"
	"github.com/spf13/viper"

	"jiaohao/server/hall"
)

// Config is everything that config.yaml says: how the program runs, and the plan of the hall. Every setting but the plan has
// an environment name, which goes before the file: JIAOHAO_ and the key in capitals, so session.idleMinutes is
// JIAOHAO_SESSION_IDLE_MINUTES. A Config that [Load] gave is whole and not to be changed.
type Config struct {
	// Listen is the address and port of the hall server. A demonstration listens on this machine only. On any other address
	// there must be TLS, or plan.hall.plainHTTP.
	Listen string `mapstructure:"listen"`

	// Data is the folder of the journal, its snapshots, the accounts and the figures. It belongs on a disk of the server, never
	// on a network share, because the journal depends on what was written staying written.
	Data string `mapstructure:"data"`

	// Demo makes this a demonstration: known passwords, a banner on every page, every page open to this machine. A journal
	// founded as one never becomes a real hall's, nor the other way round.
	Demo bool `mapstructure:"demo"`

	// PublicURL is the beginning of the addresses in the QR codes of tickets, without a slash at its end. Empty means the
	// address under which the kiosk was opened, which phones outside the hall's network may not reach.
	PublicURL string `mapstructure:"publicURL"`

	Log      LogConfig      `mapstructure:"log"`
	Limits   LimitsConfig   `mapstructure:"limits"`
	Session  SessionConfig  `mapstructure:"session"`
	Snapshot SnapshotConfig `mapstructure:"snapshot"`
	Disk     DiskConfig     `mapstructure:"disk"`
	TLS      TLSConfig      `mapstructure:"tls"`

	// Plan is what the hall is. It has no environment names: it is put in force as a recorded command when it is new.
	Plan hall.Plan `mapstructure:"plan"`

	text []byte // of the file it came from, for a backup
}

// LogConfig says how much the program tells, and how.
type LogConfig struct {
	// Level is the least that is logged: debug, info, warn or error.
	Level string `mapstructure:"level"`
	// Format is text for people or json for programs.
	Format string `mapstructure:"format"`
}

// LimitsConfig bounds what one client can take of the server, so that a broken terminal or a stranger cannot bring the hall down.
type LimitsConfig struct {
	// SocketsPerAddress is the greatest number of live connections of one terminal, of one session, and from one address of
	// all who have shown no key. Phones behind one router, and a hall behind one proxy, share an address.
	SocketsPerAddress int `mapstructure:"socketsPerAddress"`
	// Sockets is the greatest number of live connections in all. The last eighth is for terminals and staff.
	Sockets int `mapstructure:"sockets"`
	// ConnectionsPerAddress is how many connections an address may hold beside the live ones, and Connections all together.
	// Terminals and staff always find room beyond that.
	ConnectionsPerAddress int `mapstructure:"connectionsPerAddress"`
	// Connections is how many there may be in all beside the live ones.
	Connections int `mapstructure:"connections"`

	// Tickets is how often one terminal, or one session of staff, may ask for a ticket.
	Tickets RateConfig `mapstructure:"tickets"`
	// Actions is how often the holder of a ticket may do something with it.
	Actions RateConfig `mapstructure:"actions"`
	// Unknown is how often one address may ask after tickets that do not exist.
	Unknown RateConfig `mapstructure:"unknown"`
	// SignIns is how often one address may try to sign in or to enrol.
	SignIns RateConfig `mapstructure:"signIns"`
	// Requests is how often a terminal, a session, or an address without either, may ask for anything but files of pages.
	Requests RateConfig `mapstructure:"requests"`
}

// RateConfig is how often something may be done. A demonstration limits nobody.
type RateConfig struct {
	// PerMinute is how often in the long run; 0 means that there is no limit.
	PerMinute int `mapstructure:"perMinute"`
	// Burst is how often at once.
	Burst int `mapstructure:"burst"`
}

// SessionConfig bounds how long staff stay signed in.
type SessionConfig struct {
	// IdleMinutes is how long a session lives without a page open or a request made.
	IdleMinutes int `mapstructure:"idleMinutes"`
	// AbsoluteHours is how long it lives at most.
	AbsoluteHours int `mapstructure:"absoluteHours"`
}

// SnapshotConfig says how often the state is saved beside the journal.
type SnapshotConfig struct {
	// EveryRecords is the number of records between two snapshots. Fewer make a restart quicker and the disk busier.
	EveryRecords int `mapstructure:"everyRecords"`
}

// DiskConfig says when the operator is told that the disk of the data folder will soon be full, and what can be thrown off
// when it is.
type DiskConfig struct {
	// WarnMB is how much must be free, in megabytes of 1024 × 1024 bytes. With less the supervisor is told and the log warns.
	WarnMB int `mapstructure:"warnMB"`
	// BallastMB is the size of a file named ballast in the data folder, in the same megabytes, that is there to be deleted
	// when the disk is full. It is made again when there is ample space. 0 wants none; a demonstration never has one.
	BallastMB int `mapstructure:"ballastMB"`
}

// TLSConfig names the certificate of the server. Without one it speaks plain http, to other machines only if the plan says so.
type TLSConfig struct {
	// Cert is a PEM file with the certificate and those above it. When it changes it is read again, without a restart.
	Cert string `mapstructure:"cert"`
	// Key is a PEM file with its private key.
	Key string `mapstructure:"key"`
	// Auto makes a root certificate of the hall's own at the first start, and the server's from it, which it renews by itself.
	// Every terminal has to install the root once.
	Auto bool `mapstructure:"auto"`
	// Names are further names and addresses under which the server is reached, with blanks between; its own are known.
	Names string `mapstructure:"names"`
	// RootListen is an address and port where the root is given over plain http to machines that have not got it yet, for
	// instance :8081. Empty means nowhere.
	RootListen string `mapstructure:"rootListen"`
}

// defaultFile is read in the working folder when no file was named.
const defaultFile = "config.yaml"

//go:embed config.yaml
var shippedConfig []byte

// Load reads the configuration: the defaults, then the file, then the environment ("NAME=value" each). Without a path it is
// config.yaml in the working folder, or the one shipped inside the program. Warnings are sentences for the operator about
// what is allowed but unwise, and come with an error too. The error is a [Faults] when the contents are wrong.
func Load(path string, environ []string) (Config, []string, error) {
	name, text, err := readConfig(path)
	if err != nil {
		return Config{}, nil, err
	}
	return load(name, text, environ)
}

func readConfig(path string) (name string, text []byte, err error) {
	if path != "" {
		text, err = os.ReadFile(path)
		return path, text, err
	}
	text, err = os.ReadFile(defaultFile)
	if errors.Is(err, fs.ErrNotExist) {
		return "the built-in " + defaultFile, shippedConfig, nil
	}
	return defaultFile, text, err
}

func load(name string, text []byte, environ []string) (Config, []string, error) {
	file := readSource(name, text)
	env := readEnvironment(environ)
	if faults := append(file.faults, env.faults...); len(faults) > 0 {
		return Config{}, env.warnings, faults
	}
	c, err := decode(text, env.values)
	if err != nil {
		return Config{}, nil, fmt.Errorf("%s: %w", name, err)
	}
	if faults := c.Validate(); len(faults) > 0 {
		return Config{}, env.warnings, file.place(faults, env)
	}
	c.text = text
	return c, append(env.warnings, c.warnings(time.Now())...), nil
}

// decode is the one place that uses viper: as a loader, on an instance of its own. Its leniency is off, so that a wrong type
// is an error, never a guess.
func decode(text []byte, env map[string]any) (Config, error) {
	v := viper.New()
	for _, s := range settings {
		v.SetDefault(s.key, s.value)
	}
	v.SetConfigType("yaml")
	if err := v.ReadConfig(bytes.NewReader(text)); err != nil {
		return Config{}, err
	}
	for key, value := range env {
		v.Set(key, value)
	}
	var c Config
	err := v.UnmarshalExact(&c, func(d *mapstructure.DecoderConfig) {
		d.WeaklyTypedInput, d.DecodeHook = false, nil
	})
	c.PublicURL = strings.TrimSuffix(c.PublicURL, "/")
	return c, err
}

// Check prints everything that is wrong with a configuration, a line each, or that nothing is. It gives the exit code: 0 when
// the hall would start with it, else 1.
func Check(path string, environ []string, out io.Writer) int {
	c, warnings, err := Load(path, environ)
	for _, w := range warnings {
		fmt.Fprintln(out, "warning:", w)
	}
	if err != nil {
		fmt.Fprintln(out, err)
		return 1
	}
	p := &c.Plan
	fmt.Fprintf(out, "%s: no faults; %d departments, %d services, %d windows, %d staff\n", p.Hall.Name.Zh,
		len(p.Departments), len(p.Services), len(p.Windows), len(p.Staff))
	return 0
}

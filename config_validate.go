package main

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"jiaohao/server/certs"
	"jiaohao/server/hall"
)

// Validate lists everything that is wrong with the values, the plan's faults included, and makes the plan ready for use.
func (c *Config) Validate() []hall.Fault {
	v := &validation{}
	v.listen(c)
	v.need(c.Data != "", "data", "must name a folder")
	v.publicURL(c.PublicURL)
	v.choice("log.level", c.Log.Level, "debug", "info", "warn", "error")
	v.choice("log.format", c.Log.Format, "text", "json")
	v.within("limits.socketsPerAddress", c.Limits.SocketsPerAddress, 1, 100000)
	v.within("limits.sockets", c.Limits.Sockets, 1, 1000000)
	v.within("limits.connectionsPerAddress", c.Limits.ConnectionsPerAddress, 8, 100000)
	v.within("limits.connections", c.Limits.Connections, 16, 1000000)
	v.rates(c.Limits)
	v.within("session.idleMinutes", c.Session.IdleMinutes, 1, 1440)
	v.within("session.absoluteHours", c.Session.AbsoluteHours, 1, 168)
	v.within("snapshot.everyRecords", c.Snapshot.EveryRecords, 100, 10000000)
	v.within("disk.warnMB", c.Disk.WarnMB, 0, 10000000)
	v.within("disk.ballastMB", c.Disk.BallastMB, 0, 100000)
	v.certificate(c.TLS)
	v.plan(&c.Plan)
	v.need(c.Demo || !validListen(c.Listen) || c.loopback() || c.TLS.on() || c.Plan.Hall.PlainHTTP, "listen", errPlain, c.Listen)
	return v.faults
}

type validation struct{ faults []hall.Fault }

func (v *validation) need(ok bool, pointer, format string, args ...any) {
	if !ok {
		v.faults = append(v.faults, hall.Fault{Pointer: pointer, Text: fmt.Sprintf(format, args...)})
	}
}

func (v *validation) within(pointer string, n, low, high int) {
	v.need(n >= low && n <= high, pointer, "%d is not within %d to %d", n, low, high)
}

func (v *validation) choice(pointer, value string, known ...string) {
	v.need(slices.Contains(known, value), pointer, "%q is not one of %s", value, strings.Join(known, ", "))
}

func (v *validation) listen(c *Config) {
	if !validListen(c.Listen) {
		v.need(false, "listen", "%q is not an address and port such as 127.0.0.1:8080", c.Listen)
		return
	}
	v.need(!c.Demo || c.loopback(), "listen", "a demonstration has known passwords and is for this machine only, so %s is refused; "+
		"listen on 127.0.0.1, or say demo: false and name a new data folder", c.Listen)
}

func validListen(text string) bool {
	_, port, err := net.SplitHostPort(text)
	n, bad := strconv.Atoi(port)
	return err == nil && bad == nil && n >= 0 && n <= 65535
}

// loopback reports whether only this machine can reach the server.
func (c *Config) loopback() bool {
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return false
	}
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

func (v *validation) publicURL(text string) {
	if text == "" {
		return
	}
	u, err := url.Parse(text)
	v.need(err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.Path == "" && u.RawQuery == "" && u.Fragment == "" && u.User == nil,
		"publicURL", "%q is not an address such as https://hall.example.gov.cn", text)
}

func (v *validation) rates(l LimitsConfig) {
	for _, r := range []struct {
		pointer string
		rate    RateConfig
	}{{"limits.tickets", l.Tickets}, {"limits.actions", l.Actions}, {"limits.unknown", l.Unknown}, {"limits.signIns", l.SignIns}, {"limits.requests", l.Requests}} {
		v.within(r.pointer+".perMinute", r.rate.PerMinute, 0, 600000)
		v.within(r.pointer+".burst", r.rate.Burst, 1, 100000)
	}
}

func (v *validation) certificate(t TLSConfig) {
	v.need((t.Cert == "") == (t.Key == ""), "tls", "cert and key belong together: set both or neither")
	v.need(t.Cert == "" || !t.Auto, "tls.auto", "is for a hall without a certificate; say false, or take cert and key away")
	v.need(t.RootListen == "" || t.Auto, "tls.rootListen", "gives the root of tls.auto, which is not on")
	v.need(t.RootListen == "" || validListen(t.RootListen), "tls.rootListen", "%q is not an address and port such as :8081", t.RootListen)
	for _, name := range t.names() {
		v.need(certs.ValidName(name), "tls.names", "%q is not a name or an address", name)
	}
	for _, f := range []struct{ pointer, path string }{{"tls.cert", t.Cert}, {"tls.key", t.Key}} {
		if f.path == "" {
			continue
		}
		file, err := os.Open(f.path)
		v.need(err == nil, f.pointer, "cannot be read: %v", err)
		if err == nil {
			file.Close()
		}
	}
}

func (v *validation) plan(p *hall.Plan) {
	if p.Hall.ID == "" && len(p.Services) == 0 && len(p.Windows) == 0 {
		v.need(false, "plan", "is missing: a hall needs departments, services and windows")
		return
	}
	for _, f := range p.Check() {
		v.need(false, "plan."+f.Pointer, "%s", f.Text)
	}
}

// warnings are sentences about what is allowed but unwise in a hall at the given time.
func (c *Config) warnings(now time.Time) []string {
	var list []string
	warn := func(when bool, format string, args ...any) {
		if when {
			list = append(list, fmt.Sprintf(format, args...))
		}
	}
	warn(!c.loopback() && !c.TLS.on(), "listen: %s without tls: passwords and tickets cross the network unencrypted", c.Listen)
	warn(!c.Demo && c.Plan.Calendar.AlwaysOpen, "plan.calendar.alwaysOpen: the hall gives numbers at any hour of any day; that is for demonstrations")
	offered := map[string]bool{}
	for _, w := range c.Plan.Windows {
		for _, s := range w.Services {
			offered[s] = true
		}
	}
	for i, s := range c.Plan.Services {
		warn(!offered[s.ID], "plan.services[%d]: no window offers %s", i, s.ID)
	}
	year := now.AddDate(0, 1, 0).Year()
	warn(!c.Plan.Calendar.AlwaysOpen && !hasYear(c.Plan.Calendar.Holidays, year),
		"plan.calendar.holidays: none of %d is there; add those of the yearly notice", year)
	return list
}

func hasYear(days []hall.DayOff, year int) bool {
	return slices.ContainsFunc(days, func(d hall.DayOff) bool { return strings.HasPrefix(d.Date, strconv.Itoa(year)+"-") })
}

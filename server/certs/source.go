package certs

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"jiaohao/server/secret"
)

// Source gives the certificate of a server and keeps it good while the server runs.
type Source struct {
	held    atomic.Pointer[held]
	renew   func(now time.Time) (*held, error) // nil when nothing has changed
	now     func() time.Time
	log     *slog.Logger
	lastErr string
	warned  time.Time
}

// held is a certificate in use, with the root for terminals, nil for one that the operator brought.
type held struct {
	pair tls.Certificate
	root *pair
}

// Options of [Local]. A zero field means the default given with it.
type Options struct {
	// Title is the hall's name, by which people know the root on their machines.
	Title string
	// Names are further names and addresses under which the server is reached.
	Names []string
	// Machine gives the addresses and Host the name of this machine; the system's own.
	Machine func() []netip.Addr
	Host    string
	// Now is the clock; time.Now.
	Now func() time.Time
	// Log is told of renewals and of what goes wrong with them; slog.Default().
	Log *slog.Logger
}

// maxTitle keeps the names in a certificate within the 64 characters that they may have.
const maxTitle = 40

func (o Options) withDefaults() Options {
	if o.Machine == nil {
		o.Machine = machine
	}
	if o.Host == "" {
		o.Host = hostname()
	}
	if long := []rune(o.Title); len(long) > maxTitle {
		o.Title = string(long[:maxTitle])
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return o
}

// Own serves the certificate that the operator keeps in two PEM files, the key in the second. When the files change it is
// read again; what cannot be used then is left, with an error in the log, and the one before goes on.
func Own(cert, key string, now func() time.Time, log *slog.Logger) (*Source, error) {
	var seen [2][sha256.Size]byte
	return start(&Source{now: now, log: log, renew: func(time.Time) (*held, error) {
		certText, err := os.ReadFile(cert)
		if err != nil {
			return nil, err
		}
		keyText, err := os.ReadFile(key)
		if err != nil {
			return nil, err
		}
		found := [2][sha256.Size]byte{sha256.Sum256(certText), sha256.Sum256(keyText)}
		if found == seen {
			return nil, nil
		}
		p, err := tls.X509KeyPair(certText, keyText)
		if err != nil {
			return nil, fmt.Errorf("the certificate in %s cannot be used: %w", cert, err)
		}
		seen = found
		return &held{pair: p}, nil
	}})
}

// Local serves a certificate from the hall's own authority, which is in the folder and made when there is none.
func Local(folder string, o Options) (*Source, error) {
	o = o.withDefaults()
	if err := secret.Folder(folder); err != nil {
		return nil, err
	}
	named := ""
	var used *pair
	return start(&Source{now: o.Now, log: o.Log, renew: func(now time.Time) (*held, error) {
		all := namesOf(append([]string{o.Host}, o.Names...), o.Machine())
		root, err := authority(folder, o.Title, all, now)
		if err != nil {
			return nil, err
		}
		may, not := all.allowed(root.cert)
		if left := strings.Join(not, ", "); left != named {
			named = left
			o.Log.Warn("the hall's root was not made for these names; terminals that use them will not trust the server", "names", left)
		}
		leaf, err := renewed(folder, o, root, may, now)
		if err != nil || used != nil && bytes.Equal(leaf.cert.Raw, used.cert.Raw) {
			return nil, err
		}
		used = &leaf
		return &held{root: &root, pair: tls.Certificate{Certificate: [][]byte{leaf.cert.Raw}, PrivateKey: leaf.key, Leaf: leaf.cert}}, nil
	}})
}

// renewed gives the server's certificate, a new one when the old is near its end or for other names.
func renewed(folder string, o Options, root pair, n names, now time.Time) (pair, error) {
	certPath, keyPath := filepath.Join(folder, leafFile), filepath.Join(folder, leafKey)
	leaf, err := readPair(certPath, keyPath)
	if err == nil && root.stillGood(leaf, n, now) {
		return leaf, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		o.Log.Warn("the server's certificate is made anew", "reason", err)
	}
	if leaf, err = root.issue(o.Title, n, now); err != nil {
		return pair{}, err
	}
	o.Log.Info("a certificate was made", "names", n.words(), "until", leaf.cert.NotAfter.Format(time.DateOnly))
	return leaf, leaf.save(certPath, keyPath)
}

func start(s *Source) (*Source, error) {
	h, err := s.renew(s.now())
	if err != nil {
		return nil, err
	}
	s.held.Store(h)
	s.warn(s.now())
	return s, nil
}

// lookEvery is how often the files, the names and the ends are looked at.
const lookEvery = time.Minute

// Keep looks after the certificate until ctx ends.
func (s *Source) Keep(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			s.look(s.now())
		case <-ctx.Done():
			return
		}
	}
}

// look renews what has changed. The same error is told once.
func (s *Source) look(now time.Time) {
	h, err := s.renew(now)
	said := ""
	switch {
	case err != nil:
		said = err.Error()
		if said != s.lastErr {
			s.log.Error("the certificate could not be renewed; the one in use goes on", "error", err)
		}
	case h != nil:
		s.held.Store(h)
		s.log.Info("another certificate is in use", "until", s.leaf().NotAfter.Format(time.DateOnly))
	}
	s.lastErr = said
	s.warn(now)
}

// warnDays is how long before its end a certificate is warned of.
const warnDays = 30

// warn tells the log once a day that a certificate ends soon.
func (s *Source) warn(now time.Time) {
	if _, soon := s.EndsSoon(now); soon && now.Sub(s.warned) >= 24*time.Hour {
		s.warned = now
		s.log.Warn("the certificate ends soon; after that no terminal trusts this server", "until", s.Ends().Format(time.DateTime))
	}
}

// EndsSoon reports whether the certificate, or the root above it, ends within 30 days or has ended, and in how many days.
func (s *Source) EndsSoon(now time.Time) (days int, soon bool) {
	left := s.Ends().Sub(now)
	return int(left / (24 * time.Hour)), left < warnDays*24*time.Hour
}

// Ends is when the certificate, or the root above it, ends.
func (s *Source) Ends() time.Time {
	end := s.leaf().NotAfter
	if root := s.held.Load().root; root != nil && root.cert.NotAfter.Before(end) {
		end = root.cert.NotAfter
	}
	return end
}

func (s *Source) leaf() *x509.Certificate { return s.held.Load().pair.Leaf }

// Config is for a server: TLS 1.2 and later, HTTP/1.1, as websockets need it.
func (s *Source) Config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &s.held.Load().pair, nil }}
}

// Root is the root certificate for terminals to install, in PEM; nil when the operator brought the certificate.
func (s *Source) Root() []byte {
	if root := s.held.Load().root; root != nil {
		return root.pem
	}
	return nil
}

// Report says what is in use.
func (s *Source) Report() Report {
	h := s.held.Load()
	r := reportOf(h.pair.Leaf)
	if h.root != nil {
		r.Fingerprint, r.RootUntil = Fingerprint(h.root.cert), h.root.cert.NotAfter
	}
	return r
}

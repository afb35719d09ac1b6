package certs

import (
	"crypto/x509"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
)

// names are what a certificate is good for, sorted, each once.
type names struct {
	dns []string
	ips []netip.Addr
}

// namesOf sorts words into names and addresses; every certificate is good for this machine itself.
func namesOf(words []string, machine []netip.Addr) names {
	n := names{dns: []string{"localhost"}, ips: append([]netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.IPv6Loopback()}, machine...)}
	for _, w := range words {
		if ip, err := netip.ParseAddr(w); err == nil {
			n.ips = append(n.ips, ip)
		} else if w != "" {
			n.dns = append(n.dns, strings.ToLower(w))
		}
	}
	slices.Sort(n.dns)
	slices.SortFunc(n.ips, netip.Addr.Compare)
	return names{slices.Compact(n.dns), slices.Compact(n.ips)}
}

// namesIn are those of a certificate.
func namesIn(c *x509.Certificate) names {
	n := names{dns: slices.Clone(c.DNSNames)}
	for _, ip := range c.IPAddresses {
		if a, ok := netip.AddrFromSlice(ip); ok {
			n.ips = append(n.ips, a.Unmap())
		}
	}
	slices.Sort(n.dns)
	slices.SortFunc(n.ips, netip.Addr.Compare)
	return n
}

func (n names) equal(m names) bool { return slices.Equal(n.dns, m.dns) && slices.Equal(n.ips, m.ips) }

// words lists all names, as people write them.
func (n names) words() []string {
	list := slices.Clone(n.dns)
	for _, ip := range n.ips {
		list = append(list, ip.String())
	}
	return list
}

// private are the networks that are nobody's on the internet. The hall's authority may speak for any of them, as its server
// may get another address there; it may not speak for anything else than what it was made for.
var private = []netip.Prefix{
	netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"),
	netip.MustParsePrefix("192.168.0.0/16"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("169.254.0.0/16"), netip.MustParsePrefix("fc00::/7"),
}

// ranges are the networks that an authority for these names may speak for.
func (n names) ranges() []*net.IPNet {
	all := slices.Clone(private)
	for _, ip := range n.ips {
		if !slices.ContainsFunc(private, func(p netip.Prefix) bool { return p.Contains(ip) }) {
			all = append(all, netip.PrefixFrom(ip, ip.BitLen()))
		}
	}
	list := make([]*net.IPNet, len(all))
	for i, p := range all {
		list[i] = &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
	}
	return list
}

// allowed splits the names into those that an authority may speak for and the others.
func (n names) allowed(root *x509.Certificate) (may names, not []string) {
	for _, d := range n.dns {
		if slices.ContainsFunc(root.PermittedDNSDomains, func(p string) bool { return d == p || strings.HasSuffix(d, "."+p) }) {
			may.dns = append(may.dns, d)
		} else {
			not = append(not, d)
		}
	}
	for _, ip := range n.ips {
		if slices.ContainsFunc(root.PermittedIPRanges, func(r *net.IPNet) bool { return r.Contains(ip.AsSlice()) }) {
			may.ips = append(may.ips, ip)
		} else {
			not = append(not, ip.String())
		}
	}
	return may, not
}

// maxAddresses bounds what of a machine with very many addresses goes into its certificate.
const maxAddresses = 64

// machine gives the addresses of this machine that others may use. An address that only holds on one cable is left out.
func machine() []netip.Addr {
	found, err := net.InterfaceAddrs()
	if err != nil {
		return nil // then those of tls.names are left
	}
	var list []netip.Addr
	for _, a := range found {
		if p, err := netip.ParsePrefix(a.String()); err == nil && !p.Addr().IsLinkLocalUnicast() && len(list) < maxAddresses {
			list = append(list, p.Addr().Unmap().WithZone(""))
		}
	}
	return list
}

// hostname gives the name of this machine, "" when it has none that a certificate can be for.
func hostname() string {
	name, err := os.Hostname()
	if err != nil || len(name) > 63 || strings.ContainsFunc(name, notOfHost) {
		return ""
	}
	return strings.ToLower(name)
}

func notOfHost(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '.'
}

// ValidName reports whether a word is an address, or a name that a certificate can be for.
func ValidName(word string) bool {
	if _, err := netip.ParseAddr(word); err == nil {
		return true
	}
	labels := strings.Split(word, ".")
	return len(word) <= 253 && !slices.ContainsFunc(labels, func(l string) bool {
		return l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' || strings.ContainsFunc(l, notOfHost)
	})
}

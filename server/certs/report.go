package certs

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Report describes a certificate to people.
type Report struct {
	// Fingerprint is the SHA-256 of the root that terminals install, "" without one; Server that of the server's own.
	Fingerprint, Server string
	// Names are what the server's certificate is for.
	Names []string
	// Until is its end, RootUntil that of the root, zero without one.
	Until, RootUntil time.Time
}

// Fingerprint is the SHA-256 of a certificate as systems show it: pairs of hex digits with colons.
func Fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return strings.ReplaceAll(fmt.Sprintf("% X", sum[:]), " ", ":")
}

func reportOf(leaf *x509.Certificate) Report {
	return Report{Server: Fingerprint(leaf), Names: namesIn(leaf).words(), Until: leaf.NotAfter}
}

// Describe reads the certificates of a hall's own authority from its folder. Nothing is made or changed.
func Describe(folder string) (Report, error) {
	r, err := DescribeFile(filepath.Join(folder, leafFile))
	if err != nil {
		return r, err
	}
	root, err := readCertificate(filepath.Join(folder, RootFile))
	if err != nil {
		return r, err
	}
	r.Fingerprint, r.RootUntil = Fingerprint(root), root.NotAfter
	return r, nil
}

// DescribeFile reads the first certificate of a PEM file.
func DescribeFile(path string) (Report, error) {
	leaf, err := readCertificate(path)
	if err != nil {
		return Report{}, err
	}
	return reportOf(leaf), nil
}

func readCertificate(path string) (*x509.Certificate, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New(path + " is no PEM file")
	}
	return x509.ParseCertificate(block.Bytes)
}

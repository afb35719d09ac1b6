package certs

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"jiaohao/server/secret"
)

// The files of a hall's own authority, in their folder.
const (
	RootFile = "ca.crt"
	rootKey  = "ca.key"
	leafFile = "server.crt"
	leafKey  = "server.key"
)

const (
	rootLife = 10 * 366 * 24 * time.Hour
	leafLife = 397 * 24 * time.Hour // browsers take no longer ones
	renewAt  = 60 * 24 * time.Hour  // before its end
	skew     = 24 * time.Hour       // by which a terminal's clock may be slow
)

// pair is a certificate with its key.
type pair struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  []byte // of the certificate
}

// readPair gives an error of package fs when one of the files is not there.
func readPair(certPath, keyPath string) (pair, error) {
	certText, err := os.ReadFile(certPath)
	if err != nil {
		return pair{}, err
	}
	keyText, err := os.ReadFile(keyPath)
	if err != nil {
		return pair{}, err
	}
	certBlock, _ := pem.Decode(certText)
	keyBlock, _ := pem.Decode(keyText)
	if certBlock == nil || keyBlock == nil {
		return pair{}, fmt.Errorf("%s and %s are no PEM files", certPath, keyPath)
	}
	cert, err := x509.ParseCertificate(certBlock.Bytes)
	if err != nil {
		return pair{}, fmt.Errorf("%s: %w", certPath, err)
	}
	key, err := x509.ParseECPrivateKey(keyBlock.Bytes)
	if err != nil {
		return pair{}, fmt.Errorf("%s: %w", keyPath, err)
	}
	if !key.PublicKey.Equal(cert.PublicKey) {
		return pair{}, fmt.Errorf("%s is not the key of %s", keyPath, certPath)
	}
	return pair{cert, key, certText}, nil
}

// save writes the key first: a certificate without its key is worth nothing.
func (p pair) save(certPath, keyPath string) error {
	der, err := x509.MarshalECPrivateKey(p.key)
	if err != nil {
		return err
	}
	if err := secret.Write(keyPath, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})); err != nil {
		return err
	}
	return secret.Write(certPath, p.pem)
}

// sign makes a key and a certificate for it, signed by another pair, or by itself when by is nil.
func sign(template *x509.Certificate, by *pair) (pair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return pair{}, err
	}
	if template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127)); err != nil {
		return pair{}, err
	}
	if by == nil {
		by = &pair{cert: template, key: key}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, by.cert, &key.PublicKey, by.key)
	if err != nil {
		return pair{}, err
	}
	cert, err := x509.ParseCertificate(der)
	return pair{cert, key, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}, err
}

// authority gives the one in the folder, and makes it when there is none. It can speak for the hall's names and for private
// addresses only, so that who steals its key cannot be a bank to the terminals that trust it.
func authority(folder, title string, n names, now time.Time) (pair, error) {
	root, err := readPair(filepath.Join(folder, RootFile), filepath.Join(folder, rootKey))
	if !errors.Is(err, fs.ErrNotExist) {
		return root, err
	}
	if _, err := os.Lstat(filepath.Join(folder, RootFile)); err == nil {
		return pair{}, fmt.Errorf("%s is there, but not its key %s: bring the key back from a backup, or move the folder away; "+
			"every terminal then has to install the new root", filepath.Join(folder, RootFile), rootKey)
	}
	if now.Year() < 2026 {
		return pair{}, fmt.Errorf("no certificate is made in the year %d: set this machine's clock first", now.Year())
	}
	root, err = sign(&x509.Certificate{Subject: pkix.Name{Organization: []string{title}, CommonName: title + " · jiaohao " + now.Format("2006-01-02")},
		NotBefore: now.Add(-skew), NotAfter: now.Add(rootLife), KeyUsage: x509.KeyUsageCertSign, BasicConstraintsValid: true, IsCA: true, MaxPathLenZero: true,
		PermittedDNSDomainsCritical: true, PermittedDNSDomains: n.dns, PermittedIPRanges: n.ranges()}, nil)
	if err != nil {
		return pair{}, err
	}
	return root, root.save(filepath.Join(folder, RootFile), filepath.Join(folder, rootKey))
}

// issue makes a server's certificate and proves that it holds for each of its names.
func (root pair) issue(title string, n names, now time.Time) (pair, error) {
	template := &x509.Certificate{Subject: pkix.Name{Organization: []string{title}, CommonName: "jiaohao"}, NotBefore: now.Add(-skew),
		NotAfter: now.Add(leafLife - skew), KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true, DNSNames: n.dns}
	if template.NotBefore.Before(root.cert.NotBefore) {
		template.NotBefore = root.cert.NotBefore
	}
	if template.NotAfter.After(root.cert.NotAfter) {
		template.NotAfter = root.cert.NotAfter
	}
	for _, ip := range n.ips {
		template.IPAddresses = append(template.IPAddresses, ip.AsSlice())
	}
	leaf, err := sign(template, &root)
	if err != nil {
		return pair{}, err
	}
	return leaf, root.vouches(leaf.cert, n, now)
}

// vouches checks a certificate as a browser does.
func (root pair) vouches(leaf *x509.Certificate, n names, now time.Time) error {
	pool := x509.NewCertPool()
	pool.AddCert(root.cert)
	for _, name := range n.words() {
		if _, err := leaf.Verify(x509.VerifyOptions{DNSName: name, Roots: pool, CurrentTime: now}); err != nil {
			return fmt.Errorf("the hall's own certificate does not hold for %s: %w", name, err)
		}
	}
	return nil
}

// stillGood reports whether a server's certificate need not be made anew.
func (root pair) stillGood(leaf pair, n names, now time.Time) bool {
	return bytes.Equal(leaf.cert.RawIssuer, root.cert.RawSubject) && leaf.cert.CheckSignatureFrom(root.cert) == nil &&
		namesIn(leaf.cert).equal(n) && !now.Before(leaf.cert.NotBefore) &&
		(now.Add(renewAt).Before(leaf.cert.NotAfter) || !leaf.cert.NotAfter.Before(root.cert.NotAfter) && now.Before(root.cert.NotAfter))
}

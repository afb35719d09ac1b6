// Package disk knows what a power loss may leave of a folder, and the ways in which a disk fails: it is a file system in
// memory, mounted through FUSE, that tells what is safe from what is not yet.
// It must never know what the files on it mean.
//
// Only tests use it, and only on Linux as root: the package is empty on other systems. The process that serves the file
// system must not map files on it into memory (a page fault would wait for a server that the garbage collector has
// stopped), so whatever opens a bbolt file there runs in a process of its own.
package disk

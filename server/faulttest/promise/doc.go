// Package promise knows what must hold of every file that the program keeps: what was said to be safe is there after a power
// loss and after a disk has failed. It must never know how a file is laid out; it opens each as the program does.
//
// It has only tests. Each load runs in a process of its own on a file system of server/faulttest/disk and says on its
// standard output what is safe. At random changes of the disk a test takes an image of what a power loss right there would
// leave, or lets the disk fail, opens what is left, and holds it to what had been said.
package promise

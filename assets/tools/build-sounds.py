#!/usr/bin/env python3
"""Writes the hall's short sounds: 16 kHz mono PCM, the same bytes on every machine.

Every value is computed with integers after one table of sines, because floating-point libraries differ in the last bit.
"""
import math
import pathlib
import struct

ROOT = pathlib.Path(__file__).resolve().parent.parent
RATE = 16000
TABLE = [round(math.sin(2 * math.pi * i / 4096) * 16384) for i in range(4096)]

# name: (frequency in Hz, start in ms, length in ms, loudness in percent of full scale) for each note
SOUNDS = {
    "chime": ((660, 0, 900, 52), (528, 420, 1100, 52)),      # 叮咚: a call
    "tick": ((880, 0, 90, 22),),                             # somebody joined an empty queue
    "taken": ((587, 0, 260, 40), (880, 150, 420, 40)),       # two rising notes: a ticket was taken
    "low": ((196, 0, 380, 48),),                             # the kiosk cannot do it
}
PARTIALS = ((1, 70), (2, 20), (3, 10))  # multiple of the note, share in percent


def note(samples, frequency, start_ms, length_ms, percent):
    """Adds one struck note: 4 ms of rise, then a fall by the square, as a bell's."""
    first, length = start_ms * RATE // 1000, length_ms * RATE // 1000
    rise = 4 * RATE // 1000
    for i in range(length):
        left = length - i
        envelope = min(i * 1000 // rise, 1000) * (left * left * 1000 // (length * length)) // 1000
        wave = sum(TABLE[i * frequency * multiple * 4096 // RATE % 4096] * share for multiple, share in PARTIALS) // 100
        samples[first + i] += wave * 2 * envelope // 1000 * percent // 100


def wav(samples):
    """The bytes of a WAV file."""
    data = b"".join(struct.pack("<h", max(-32768, min(32767, s))) for s in samples)
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, RATE, RATE * 2, 2, 16)
    body = b"WAVE" + form + struct.pack("<4sI", b"data", len(data)) + data
    return struct.pack("<4sI", b"RIFF", len(body)) + body


def main():
    for name, notes in SOUNDS.items():
        samples = [0] * max((start + length) * RATE // 1000 for _, start, length, _ in notes)
        for one in notes:
            note(samples, *one)
        (ROOT / "sounds" / f"{name}.wav").write_bytes(wav(samples))


if __name__ == "__main__":
    main()

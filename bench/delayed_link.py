"""A link between two network interfaces with a rate and a delay, for kernels without netem. Runs until its standard input ends; needs Linux and root.

Makes two tap devices, prints a line when they exist, and passes frames from each to the other. Frames leave one after the other at
the given rate, and each arrives after the delay. Frames that would wait longer than BUFFER are dropped, as by a switch.

usage: delayed_link.py FIRST SECOND BITS_PER_SECOND DELAY_SECONDS
"""
import fcntl
import os
import select
import struct
import sys
import time
from collections import deque

TUNSETIFF = 0x400454CA
IFF_TAP, IFF_NO_PI = 0x0002, 0x1000
LARGEST_FRAME = 66_000
BUFFER = 0.05  # seconds


def tap(name):
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH14s", name.encode(), IFF_TAP | IFF_NO_PI, b""))
    return device


def read(device):
    try:
        return os.read(device, LARGEST_FRAME)
    except OSError:  # nothing to read, or the interface is down
        return None


def forward(source, target, rate, delay):
    waiting, free = deque(), 0.0  # frames with the time of their arrival; the time when the line is free
    while True:
        timeout = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
        ready, _, _ = select.select([source, sys.stdin], [], [], timeout)
        if sys.stdin in ready:
            return
        now = time.monotonic()
        for _ in range(16):
            frame = read(source)
            if frame is None:
                break
            if free - now > BUFFER:
                continue
            free = max(free, now) + 8 * len(frame) / rate
            waiting.append((free + delay, frame))
        while waiting and waiting[0][0] <= time.monotonic():
            try:
                os.write(target, waiting.popleft()[1])
            except OSError:  # the other interface is down: the frame is lost
                pass


def main():
    first, second = tap(sys.argv[1]), tap(sys.argv[2])
    rate, delay = float(sys.argv[3]), float(sys.argv[4])
    print("ready", flush=True)
    pair = (first, second) if os.fork() else (second, first)
    forward(*pair, rate, delay)


if __name__ == "__main__":
    main()

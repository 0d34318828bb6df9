#!/usr/bin/python3
"""An RTSP camera for tests: loops an H.264 film at the film's own pace, as a camera would.

usage: rtsp-server.py [--running] FILM HOST PORT [USER PASSWORD]

Prints "ready rtsp://127.0.0.1:PORT/live" when it takes connections, and "began SECONDS" when a
viewer comes: the film begins then, or, with --running, began with the process and is joined at its
next key frame. The film is read into memory once; its packets are stamped anew, so the stream has
no seam. Timestamps are what a camera's clock would say, and do not stop while the process is
stopped.
"""
import subprocess
import sys
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402


def access_units(film):
    """The film's pictures as H.264 access units in Annex B, and its rate."""
    answer = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries",
         "stream=r_frame_rate", "-of", "csv=p=0", film],
        check=True, capture_output=True, text=True)
    over, under = (int(part) for part in answer.stdout.strip().split("/"))
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", film, "-map", "0:v:0", "-c", "copy",
         "-bsf:v", "h264_mp4toannexb,h264_metadata=aud=insert", "-f", "h264", "-"],
        check=True, capture_output=True).stdout
    delimiter = b"\x00\x00\x00\x01\x09"
    units = [delimiter + part for part in raw.split(delimiter) if part]
    return units, over / under


def has_key_frame(unit):
    """Is one of its slices of type 5, an instantaneous decoder refresh?"""
    return any(part and part[0] & 31 == 5 for part in unit.split(b"\x00\x00\x01"))


class Factory(GstRtspServer.RTSPMediaFactory):
    """A stream for each viewer, fed at the film's pace."""

    def __init__(self, units, rate, began):
        super().__init__()
        self.units, self.rate, self.began = units, rate, began
        self.set_shared(True)
        self.set_launch(
            "( appsrc name=source is-live=true format=time do-timestamp=false max-bytes=0 "
            "caps=video/x-h264,stream-format=byte-stream,alignment=au ! h264parse config-interval=-1 "
            "! rtph264pay name=pay0 pt=96 )")

    def do_configure(self, media):
        media.set_reusable(True)
        source = media.get_element().get_by_name("source")
        began = time.monotonic() if self.began is None else self.began
        Feeder(source, self.units, rate=self.rate, began=began)


class Feeder:
    """Pushes each picture when it is due; after a stop of the process all that are due at once."""

    def __init__(self, source, units, *, rate, began):
        self.source, self.units, self.rate, self.began = source, units, rate, began
        self.first = max(0, int((time.monotonic() - began) * rate))
        while not has_key_frame(units[self.first % len(units)]):
            self.first += 1
        self.sent = self.first
        # The n-th picture from here is due n / rate seconds after this instant of CLOCK_MONOTONIC.
        print(f"began {self.began:.6f}", flush=True)
        GLib.timeout_add(5, self.push_due)

    def push_due(self):
        due = int((time.monotonic() - self.began) * self.rate)
        while self.sent <= due:
            buffer = Gst.Buffer.new_wrapped(self.units[self.sent % len(self.units)])
            buffer.pts = buffer.dts = int((self.sent - self.first) * Gst.SECOND / self.rate)
            buffer.duration = int(Gst.SECOND / self.rate)
            if self.source.emit("push-buffer", buffer) != Gst.FlowReturn.OK:
                return False
            self.sent += 1
        return True


def require_password(server, factory, user, password):
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role("viewer", "media.factory.access", True)
    permissions.add_permission_for_role("viewer", "media.factory.construct", True)
    factory.set_permissions(permissions)


def main():
    arguments = sys.argv[1:]
    running = arguments[0] == "--running"
    film, host, port, *credentials = arguments[1:] if running else arguments
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address(host)
    server.set_service(port)
    factory = Factory(*access_units(film), time.monotonic() if running else None)
    if credentials:
        require_password(server, factory, *credentials)
    server.get_mount_points().add_factory("/live", factory)
    if server.attach(None) == 0:
        sys.exit(f"port {port} is in use")
    print(f"ready rtsp://127.0.0.1:{server.get_bound_port()}/live", flush=True)
    GLib.MainLoop().run()


main()

"""Writes the demo film: make.py OUTPUT.mp4 [--png SECONDS PICTURE.png]

A drawn room and people made of one public-domain portrait (README.md), 1280x720, 25 frames a
second. Three of them are bare long enough to be told of, about every 30 s; the film loops without
a jump.
"""

import subprocess
import sys

import cv2
import drawing
import numpy
import people
from cast import CAST

PORTRAIT = '/usr/lib/python3/dist-packages/skimage/data/astronaut.png'
WIDTH, HEIGHT, RATE, SECONDS = 1280, 720, 25, 90
EYE_LEVEL = 250  # the camera hangs at the height of the eyes: all eyes are near this row


def room():
    """An empty corridor: wall, floor, door, window, bench."""
    picture = numpy.empty((HEIGHT, WIDTH, 3), numpy.float32)
    picture[:] = (206, 212, 214)
    picture *= numpy.linspace(1.04, 0.93, HEIGHT, dtype=numpy.float32)[:, None, None]
    floor = 520
    shade = numpy.linspace(0.86, 1.05, HEIGHT - floor, dtype=numpy.float32)[:, None, None]
    picture[floor:] = numpy.array((150, 160, 164), numpy.float32) * shade
    picture[floor - 14 : floor] = (176, 180, 180)
    cv2.rectangle(picture, (660, 130), (800, floor), (140, 150, 152), -1)
    cv2.rectangle(picture, (672, 142), (788, floor), (172, 164, 148), -1)
    cv2.circle(picture, (684, 350), 6, (70, 74, 78), -1, cv2.LINE_AA)
    cv2.rectangle(picture, (60, 96), (400, 300), (232, 236, 238), -1)
    cv2.rectangle(picture, (72, 108), (224, 288), (226, 214, 196), -1)
    cv2.rectangle(picture, (236, 108), (388, 288), (226, 214, 196), -1)
    cv2.rectangle(picture, (930, 430), (1190, 452), (112, 128, 140), -1)
    for x in (950, 1160):
        cv2.rectangle(picture, (x, 452), (x + 12, 548), (92, 100, 106), -1)
    return cv2.GaussianBlur(picture, (0, 0), 0.8)


def ease(t):
    return t * t * (3 - 2 * t)


class Actor:
    """One member of the cast: sprites per state, and where they stand when."""

    def __init__(self, portrait, role, number):
        self.role, self.number = role, number
        self.scale = role['size'] / people.FACE_SIZE
        k = self.scale / drawing.SCALE
        look = {
            key: role[key]
            for key in ('cloth', 'trousers', 'mask', 'flip', 'light', 'warm')
            if key in role
        }
        self.sprites = {}
        for _, state in role['worn']:
            whole = people.person(portrait, state, **look)
            whole[..., :3] *= whole[
                ..., 3:
            ]  # premultiplied, so that edges keep their colour when scaled
            self.sprites[state] = cv2.resize(whole, None, fx=k, fy=k, interpolation=cv2.INTER_AREA)

    def place(self, t):
        """Centre of the eyes in the picture, or nothing when the person is not in the room."""
        path = self.role['path']
        if not path[0][0] <= t <= path[-1][0]:
            return None
        for (t0, x0), (t1, x1) in zip(path, path[1:]):
            if t <= t1:
                break
        share = (t - t0) / (t1 - t0)
        x = x0 + (x1 - x0) * ease(share)
        walking = abs(x1 - x0) > 1
        # Whole numbers of periods in the film, so that who stands through the seam does not jump.
        phase = 2 * numpy.pi * (t / SECONDS + self.number / 7)
        x += self.role['size'] * 0.12 * numpy.sin(phase * 18)
        bob = (
            numpy.sin(phase * SECONDS * 1.8) * ease(min(1, 4 * share, 4 * (1 - share)))
            if walking
            else 0
        )
        y = (
            EYE_LEVEL
            - (self.role['stature'] - 1) * 9 * self.role['size']
            + self.role['size'] * (0.03 * numpy.sin(phase * 27) + 0.035 * bob)
        )
        return x, y

    def sprite(self, t):
        """What the person wears at t; a mask is put on within half a second."""
        worn = [s for start, s in self.role['worn'] if start <= t]
        start = max(start for start, _ in self.role['worn'] if start <= t)
        share = min(1, (t - start) / 0.5)
        if len(worn) == 1 or share >= 1:
            return self.sprites[worn[-1]]
        return self.sprites[worn[-2]] * (1 - share) + self.sprites[worn[-1]] * share

    def draw(self, picture, t):
        at = self.place(t)
        if at is None:
            return
        sprite = self.sprite(t)
        eyes_x = people.EYES[0] * self.scale
        left, top = at[0] - eyes_x, at[1] - people.EYES[1] * self.scale
        x0, y0 = int(numpy.floor(left)), int(numpy.floor(top))
        height, width = sprite.shape[:2]
        a, b = max(0, x0), min(WIDTH, x0 + width + 1)
        c, d = max(0, y0), min(HEIGHT, y0 + height + 1)
        if a >= b or c >= d:
            return
        move = numpy.array([[1, 0, left - a], [0, 1, top - c]], numpy.float32)
        moved = cv2.warpAffine(sprite, move, (b - a, d - c), flags=cv2.INTER_LINEAR)
        part = picture[c:d, a:b]
        part *= 1 - moved[..., 3:]
        part += moved[..., :3]


def frame(background, actors, t):
    picture = background.copy()
    for actor in sorted(actors, key=lambda one: one.role['size']):
        actor.draw(picture, t)
    return picture.clip(0, 255).astype(numpy.uint8)


def main():
    portrait = cv2.imread(PORTRAIT)
    if portrait is None:
        raise SystemExit(f'{PORTRAIT} is missing: install python3-skimage (README.md)')
    actors = [Actor(portrait, role, number) for number, role in enumerate(CAST)]
    background = room()
    if '--png' in sys.argv:
        at = sys.argv.index('--png')
        cv2.imwrite(sys.argv[at + 2], frame(background, actors, float(sys.argv[at + 1])))
        return
    encoder = subprocess.Popen(
        [
            'ffmpeg',
            '-nostdin',
            '-v',
            'error',
            '-y',
            '-f',
            'rawvideo',
            '-pix_fmt',
            'bgr24',
            '-s',
            f'{WIDTH}x{HEIGHT}',
            '-r',
            str(RATE),
            '-i',
            '-',
            '-an',
            '-c:v',
            'libx264',
            '-preset',
            'slow',
            '-crf',
            '23',
            '-g',
            str(2 * RATE),
            '-pix_fmt',
            'yuv420p',
            '-movflags',
            '+faststart',
            '-map_metadata',
            '-1',
            sys.argv[1],
        ],
        stdin=subprocess.PIPE,
    )
    for n in range(SECONDS * RATE):
        encoder.stdin.write(frame(background, actors, n / RATE).tobytes())
    encoder.stdin.close()
    if encoder.wait() != 0:
        raise SystemExit('ffmpeg could not write the film')


if __name__ == '__main__':
    main()

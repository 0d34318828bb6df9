"""The notebook's way: OpenCV reads a film and runs both networks, frame after frame.

    notebook.py same FILM OPTIONS.json    this project's two networks, boxes and states printed
    notebook.py own FILM OPTIONS.json     the notebook's own networks, time only

OPTIONS.json holds the paths and numbers that run-notebook.ts writes. One line of JSON a frame
(only of `same`), then one with the totals. Exit status 3 and the word "absent": no OpenCV here.
"""

import json
import resource
import sys
import time

try:
    import cv2
    import numpy
except ImportError:
    print('absent')
    sys.exit(3)


class Detector:
    """A darknet network of the YOLO family through OpenCV's own reader."""

    def __init__(self, cfg, weights):
        self.net = cv2.dnn.readNetFromDarknet(cfg, weights)
        self.outputs = self.net.getUnconnectedOutLayersNames()

    def boxes(self, blob, reach, options):
        """Boxes in pixels of the film; `reach` is the film's size that the blob stands for."""
        self.net.setInput(blob)
        rows = numpy.vstack(self.net.forward(self.outputs))
        confidences = rows[:, 5]
        rows = rows[confidences >= options['confidence']]
        width, height = rows[:, 2] * reach[0], rows[:, 3] * reach[1]
        left, top = rows[:, 0] * reach[0] - width / 2, rows[:, 1] * reach[1] - height / 2
        boxes = numpy.stack([left, top, width, height], axis=1).tolist()
        scores = rows[:, 5].tolist()
        kept = cv2.dnn.NMSBoxes(boxes, scores, options['confidence'], options['iou'])
        return [(boxes[i], scores[i]) for i in numpy.array(kept, int).reshape(-1)]


def letterboxed(frame, size, multiple=32, grey=114):
    """The frame with its longest side brought to `size`, top left of a padded picture."""
    height, width = frame.shape[:2]
    scale = size / max(width, height)
    inner = (round(width * scale), round(height * scale))
    padded = [-(-side // multiple) * multiple for side in inner]
    picture = numpy.full((padded[1], padded[0], 3), grey, numpy.uint8)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    picture[: inner[1], : inner[0]] = cv2.resize(frame, inner, interpolation=how)
    return picture, (padded[0] / scale, padded[1] / scale)


def crop(frame, box, side, size):
    """A square of `side` times the box's longer side, its border replicated, brought to `size`."""
    x, y, width, height = box
    reach = max(2, round(side * max(width, height)))
    left, top = round(x + width / 2 - reach / 2), round(y + height / 2 - reach / 2)
    right, bottom = left + reach, top + reach
    part = frame[max(0, top) : max(1, bottom), max(0, left) : max(1, right)]
    outside = (-top, bottom - frame.shape[0], -left, right - frame.shape[1])
    if max(outside) > 0:
        part = cv2.copyMakeBorder(part, *(max(0, by) for by in outside), cv2.BORDER_REPLICATE)
    how = cv2.INTER_AREA if reach > size else cv2.INTER_LINEAR
    return cv2.resize(part, (size, size), interpolation=how)


class SameNetworks:
    def __init__(self, options):
        self.options = options
        self.detector = Detector(options['cfg'], options['weights'])
        self.classifier = cv2.dnn.readNetFromONNX(options['classifier'])

    def judge(self, frame):
        picture, reach = letterboxed(frame, self.options['size'])
        blob = cv2.dnn.blobFromImage(picture, 1 / 255, swapRB=True)
        faces = []
        for box, confidence in self.detector.boxes(blob, reach, self.options):
            face = crop(frame, box, self.options['side'], self.options['cropSize'])
            mean = (127.5, 127.5, 127.5)
            self.classifier.setInput(cv2.dnn.blobFromImage(face, 1 / 127.5, mean=mean, swapRB=True))
            logits = self.classifier.forward()[0]
            powers = numpy.exp(logits - logits.max())
            shares = dict(zip(self.options['classes'], (powers / powers.sum()).tolist()))
            faces.append({'box': box, 'confidence': confidence, 'probabilities': shares})
        return faces


class OwnNetworks:
    """YOLOv4 at 416 and a MobileNetV2 at 224 with random weights: what they find means nothing."""

    def __init__(self, options):
        self.options = options
        self.detector = Detector(options['cfg'], options['weights'])
        self.classifier = cv2.dnn.readNetFromDarknet(
            options['classifierCfg'], options['classifierWeights']
        )

    def judge(self, frame):
        size = (self.options['size'], self.options['size'])
        blob = cv2.dnn.blobFromImage(frame, 1 / 255, size, swapRB=True)
        self.detector.boxes(blob, (frame.shape[1], frame.shape[0]), self.options)
        for box in self.options['boxes']:
            face = crop(frame, box, 1, self.options['cropSize'])
            self.classifier.setInput(cv2.dnn.blobFromImage(face, 1 / 127.5, swapRB=True))
            self.classifier.forward()
        return self.options['boxes']


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main():
    way, film, options = sys.argv[1:]
    with open(options, encoding='utf-8') as file:
        options = json.load(file)
    cv2.setNumThreads(options['threads'])
    networks = {'same': SameNetworks, 'own': OwnNetworks}[way](options)
    capture = cv2.VideoCapture(film)
    found, frame = capture.read()
    if not found:
        sys.exit(f'notebook.py: OpenCV cannot read {film}')
    # The first run of a network sets up its memory: it is not part of the time.
    networks.judge(frame)
    capture = cv2.VideoCapture(film)
    judged = []
    started, cpu = time.perf_counter(), cpu_seconds()
    while len(judged) < options['frames']:
        found, frame = capture.read()
        if not found:
            break
        judged.append(networks.judge(frame))
    seconds, cpu = time.perf_counter() - started, cpu_seconds() - cpu
    if way == 'same':
        for number, faces in enumerate(judged):
            print(json.dumps({'frame': number, 'faces': faces}))
    totals = {'frames': len(judged), 'seconds': seconds, 'cpuSeconds': cpu}
    totals.update(faces=sum(map(len, judged)), opencv=cv2.__version__)
    print(json.dumps({'totals': totals}))


if __name__ == '__main__':
    main()

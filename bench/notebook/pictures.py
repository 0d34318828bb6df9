"""The notebook's second part on pictures: OpenCV finds the faces, the Keras model judges them.

    pictures.py OPTIONS.json

OPTIONS.json: pictures (paths), cfg, weights, size, confidence, iou of the detector; model (.h5) and
its classes. One line of JSON a picture, then one with the totals; loading and one warming picture
are not timed. Faces are cut as the notebook cuts them: the box, stretched to 224 px.
"""

import json
import sys
import time

from train import SIZE, cv2, keras, numpy

from notebook import Detector, letterboxed


class Notebook:
    def __init__(self, options):
        self.options = options
        self.detector = Detector(options['cfg'], options['weights'])
        self.model = keras.models.load_model(options['model'], compile=False)

    def judge(self, path):
        frame = cv2.imread(path)
        picture, reach = letterboxed(frame, self.options['size'])
        blob = cv2.dnn.blobFromImage(picture, 1 / 255, swapRB=True)
        found = self.detector.boxes(blob, reach, self.options)
        faces = [(box, confidence, self.cut(frame, box)) for box, confidence in found]
        faces = [face for face in faces if face[2] is not None]
        if not faces:
            return []
        shares = self.model.predict(numpy.stack([face[2] for face in faces]), verbose=0)
        classes = self.options['classes']
        return [
            {'box': box, 'confidence': confidence, 'probabilities': dict(zip(classes, row.tolist()))}
            for (box, confidence, _), row in zip(faces, shares)
        ]

    def cut(self, frame, box):
        left, top = max(0, round(box[0])), max(0, round(box[1]))
        right, bottom = round(box[0] + box[2]), round(box[1] + box[3])
        face = frame[top:bottom, left:right]
        if face.size == 0:
            return None
        face = cv2.cvtColor(cv2.resize(face, (SIZE, SIZE)), cv2.COLOR_BGR2RGB)
        return face.astype('float32') / 127.5 - 1


def main():
    with open(sys.argv[1], encoding='utf-8') as file:
        options = json.load(file)
    cv2.setNumThreads(2)
    notebook = Notebook(options)
    notebook.judge(options['pictures'][0])
    started = time.perf_counter()
    judged = [notebook.judge(path) for path in options['pictures']]
    seconds = time.perf_counter() - started
    for path, faces in zip(options['pictures'], judged):
        print(json.dumps({'file': path, 'faces': faces}))
    print(json.dumps({'totals': {'pictures': len(judged), 'seconds': seconds}}))


if __name__ == '__main__':
    main()

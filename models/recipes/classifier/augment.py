"""Crops moved, turned, mirrored and spoilt as cameras spoil them."""
import cv2
import numpy as np

DEFAULT = 'zoom=0.2,rotate=15,shift=0.1,flip,brightness=0.2,blur=0.2,jpeg=0.3,downscale=0.2'
#: What a name alone means.
ALONE = {'flip': 0.5, 'zoom': 0.2, 'rotate': 15.0, 'shift': 0.1, 'brightness': 0.2, 'blur': 0.2, 'jpeg': 0.3, 'downscale': 0.2}
MOST = {'flip': 1.0, 'zoom': 0.9, 'rotate': 180.0, 'shift': 0.5, 'brightness': 0.9, 'blur': 1.0, 'jpeg': 1.0, 'downscale': 1.0}


def parse_augment(text):
    """`zoom=0.2,flip` to amounts by name. ValueError names what is not known."""
    amounts = {}
    for part in text.split(','):
        name, _, amount = part.strip().partition('=')
        if name in ('', 'none'):
            continue
        if name not in ALONE:
            raise ValueError(f'the augmentation {name} is not known ({", ".join(ALONE)} are)')
        value = float(amount) if amount else ALONE[name]
        if not 0 <= value <= MOST[name]:
            raise ValueError(f'{name}={amount} must be from 0 to {MOST[name]:g}')
        amounts[name] = value
    return amounts


def augment(image, amounts, random):
    """One view of a square crop, uint8 [side, side, 3], border replicated."""
    image = moved(image, amounts, random)
    if random.random() < amounts.get('flip', 0):
        image = np.ascontiguousarray(image[:, ::-1])
    change = amounts.get('brightness', 0)
    if change:
        gain, shift = 1 + random.uniform(-change, change), 128 * random.uniform(-change, change)
        image = np.clip((image - 128.0) * gain + 128 + shift, 0, 255).astype(np.uint8)
    if random.random() < amounts.get('downscale', 0):
        side, small = image.shape[0], int(image.shape[0] * random.uniform(0.2, 0.7))
        image = cv2.resize(cv2.resize(image, (small, small), interpolation=cv2.INTER_AREA), (side, side))
    if random.random() < amounts.get('blur', 0):
        image = cv2.GaussianBlur(image, (0, 0), random.uniform(0.4, 1.8))
    if random.random() < amounts.get('jpeg', 0):
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(20, 90))]
        image = cv2.imdecode(cv2.imencode('.jpg', image, quality)[1], cv2.IMREAD_COLOR)
    return image


def moved(image, amounts, random):
    """Turned, zoomed and shifted round the middle in one step."""
    zoom, turn, shift = (amounts.get(name, 0) for name in ('zoom', 'rotate', 'shift'))
    if not (zoom or turn or shift):
        return image
    side = image.shape[0]
    angle, scale = random.uniform(-turn, turn), random.uniform(1 - zoom, 1 + zoom)
    matrix = cv2.getRotationMatrix2D(((side - 1) / 2, (side - 1) / 2), angle, scale)
    matrix[:, 2] += random.uniform(-shift, shift, 2) * side
    return cv2.warpAffine(image, matrix, (side, side), None, cv2.INTER_LINEAR, cv2.BORDER_REPLICATE)

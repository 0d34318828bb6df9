"""Training samples: pictures scaled, shifted, mirrored, recoloured, compressed, four in one."""
import cv2
import numpy as np

from .pictures import GREY, read_picture

#: A face of which less can be seen, or that is smaller, is neither face nor background.
LEAST_SEEN, LEAST_SIDE = 0.6, 6
MOST_ENLARGED = 5.0


def compose(pictures, picture, size, options, random):
    """One sample of size x size: image, boxes [n, 5], ignored [n, 4], both left, top, width, height."""
    if random.random() < options.mosaic:
        sample = mosaic(pictures, picture, size, options, random)
    else:
        sample = place(picture, (size, size), options, random)
    image, boxes, ignored = sample
    if random.random() < options.flip:
        image, boxes, ignored = image[:, ::-1], mirrored(boxes, size), mirrored(ignored, size)
    if options.colour:
        image = recolour(np.ascontiguousarray(image), random)
    return np.ascontiguousarray(image), boxes, ignored


def mirrored(boxes, width):
    turned = boxes.copy()
    turned[:, 0] = width - boxes[:, 0] - boxes[:, 2]
    return turned


def mosaic(pictures, picture, size, options, random):
    """The picture and three others in the quarters of one sample (Bochkovskiy and others 2020)."""
    x, y = (int(size * random.uniform(0.35, 0.65)) for _ in range(2))
    some = [picture, *(pictures[int(n)] for n in random.integers(len(pictures), size=3))]
    image = np.full((size, size, 3), GREY, np.uint8)
    boxes, ignored = [], []
    corners = ((0, 0, x, y), (x, 0, size, y), (0, y, x, size), (x, y, size, size))
    for each, (left, top, right, bottom) in zip(some, corners):
        part, faces, others = place(each, (right - left, bottom - top), options, random)
        image[top:bottom, left:right] = part
        faces[:, :2] += (left, top)
        others[:, :2] += (left, top)
        boxes.append(faces)
        ignored.append(others)
    return image, np.concatenate(boxes), np.concatenate(ignored)


def place(picture, window, options, random):
    """The picture, scaled and shifted, in a window of (width, height)."""
    image = read_picture(picture)
    height, width = image.shape[:2]
    fit = min(window[0] / width, window[1] / height)
    focus = chosen_face(picture, random)
    scale = chosen_scale(fit, focus, min(window), options, random)
    stretch = np.exp(random.uniform(-0.1, 0.1)) ** 0.5
    scales = np.array([scale * stretch, scale / stretch])
    offset = chosen_offset(np.array([width, height]) * scales, np.array(window), random)
    if focus is not None:
        offset = keep_in_view((focus[:2] + focus[2:4] / 2) * scales, offset, window, random)
    drawn = draw(image, scales, offset, window)
    boxes, ignored = picture.boxes.copy(), picture.ignored.copy()
    for some in (boxes, ignored):
        some[:, 0:2] = some[:, 0:2] * scales + offset
        some[:, 2:4] = some[:, 2:4] * scales
    boxes, lost = cut(boxes, window)
    ignored, _ = cut(ignored, window)
    ignored = [ignored, lost]
    if picture.partial:
        ignored.append(np.array([[0, 0, *window]], np.float32))
    return drawn, boxes, np.concatenate(ignored)


def chosen_face(picture, random):
    """In half of the samples one face decides the scale, so that all sizes are seen."""
    if len(picture.boxes) == 0 or random.random() < 0.5:
        return None
    return picture.boxes[int(random.integers(len(picture.boxes)))]


def chosen_scale(fit, focus, window, options, random):
    if focus is None:
        low, high = np.log(1 - options.zoom), np.log(1 + 2 * options.zoom)
        return min(fit * np.exp(random.uniform(low, high)), 2.5)
    side = float(np.sqrt(focus[2] * focus[3]))
    if random.random() < 0.4:
        wanted = random.uniform(0.2, 0.9) * window  # A face before a door or a webcam.
    else:
        wanted = np.exp(random.uniform(np.log(10), np.log(max(11, 0.6 * window))))
    return float(np.clip(wanted / max(side, 1), 0.35 * fit, min(6 * fit, MOST_ENLARGED)))


def chosen_offset(drawn, window, random):
    """Anywhere inside where the picture is smaller than the window, else anywhere covering it."""
    return random.uniform(np.minimum(0, window - drawn), np.maximum(0, window - drawn) + 1e-6)


def keep_in_view(centre, offset, window, random):
    """Moves the picture so that the centre of the face is inside the middle eight tenths."""
    window = np.array(window)
    wanted = random.uniform(0.1, 0.9, 2) * window
    at = centre + offset
    outside = (at < 0.1 * window) | (at > 0.9 * window)
    return np.where(outside, wanted - centre, offset)


def draw(image, scales, offset, window):
    width, height = window
    shape = [max(1, round(side * scale)) for side, scale in zip(image.shape[1::-1], scales)]
    if max(scales) < 1:
        # An affine warp reads single pixels; reduced pictures need the mean.
        image = cv2.resize(image, shape, interpolation=cv2.INTER_AREA)
        scales = np.ones(2)
    # A warp counts from the middle of a pixel, boxes from its border.
    shift = offset + (scales - 1) / 2
    matrix = np.array([[scales[0], 0, shift[0]], [0, scales[1], shift[1]]], np.float32)
    out = np.full((height, width, 3), GREY, np.uint8)
    cv2.warpAffine(image, matrix, (width, height), out, cv2.INTER_LINEAR, cv2.BORDER_TRANSPARENT)
    return out


def cut(boxes, window):
    """Boxes cut at the window; those of which too little is left come apart, as [n, 4]."""
    low = np.maximum(boxes[:, 0:2], 0)
    high = np.minimum(boxes[:, 0:2] + boxes[:, 2:4], np.array(window, np.float32))
    side = np.maximum(high - low, 0)
    area = boxes[:, 2] * boxes[:, 3]
    there = side.min(1) >= 2
    clear = there & (side.prod(1) >= LEAST_SEEN * area) & (np.sqrt(area) >= LEAST_SIDE)
    kept = np.concatenate([low, side, boxes[:, 4:]], 1).astype(np.float32)
    return kept[clear], kept[there & ~clear][:, :4]


def recolour(image, random):
    """Colour, brightness, grey, blur, noise and compression, as cameras differ."""
    if random.random() < 0.8:
        gain = random.uniform(-1, 1, 3) * (0.02, 0.5, 0.4) + 1
        hsv = cv2.cvtColor(image, cv2.COLOR_BGR2HSV).astype(np.float32) * gain.astype(np.float32)
        hsv[..., 0] %= 180
        image = cv2.cvtColor(np.clip(hsv, 0, 255).astype(np.uint8), cv2.COLOR_HSV2BGR)
    if random.random() < 0.1:
        image = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    if random.random() < 0.12:
        curve = 255 * (np.arange(256) / 255) ** random.uniform(0.5, 2.2)
        image = cv2.LUT(image, curve.astype(np.uint8))
    if random.random() < 0.1:
        image = cv2.GaussianBlur(image, (0, 0), random.uniform(0.4, 1.6))
    if random.random() < 0.06:
        noise = random.normal(0, random.uniform(2, 14), image.shape)
        image = np.clip(image + noise, 0, 255).astype(np.uint8)
    if random.random() < 0.25:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(25, 90))]
        image = cv2.imdecode(cv2.imencode('.jpg', image, quality)[1], cv2.IMREAD_COLOR)
    return image

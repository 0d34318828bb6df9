"""A coat, arms and legs, drawn below the neck."""

import numpy
from drawing import HEIGHT, SCALE, WIDTH, layer, line, put, smooth


def dress(person, cloth, trousers):
    """Draws a coat, arms and legs below the neck. Colours are blue, green, red."""
    cloth, trousers = (numpy.array(c, numpy.float32) for c in (cloth, trousers))
    body = (numpy.zeros_like(person[0]), numpy.zeros_like(person[1]))
    for side in (-1, 1):
        x = lambda offset: 224 + side * offset  # noqa: E731
        put(
            body,
            layer([(x(8), 620), (x(86), 610), (x(70), 1160), (x(22), 1160)], 1),
            trousers * 0.9,
        )
        put(
            body,
            layer([(x(14), 1150), (x(74), 1150), (x(84), 1182), (x(14), 1182)], 1),
            (40, 40, 44),
        )
        put(
            body,
            layer([(x(112), 590), (x(144), 590), (x(142), 630), (x(122), 640)], 3),
            (150, 180, 225),
        )
        put(
            body,
            layer(
                smooth(
                    [
                        (x(96), 240),
                        (x(126), 250),
                        (x(141), 300),
                        (x(150), 600),
                        (x(108), 602),
                        (x(90), 300),
                    ]
                ),
                1,
            ),
            cloth * 0.88,
        )
    put(
        body,
        layer(
            smooth(
                [
                    (192, 184),
                    (150, 214),
                    (112, 234),
                    (104, 300),
                    (118, 450),
                    (112, 640),
                    (224, 650),
                    (336, 640),
                    (330, 450),
                    (344, 300),
                    (336, 234),
                    (298, 214),
                    (256, 184),
                    (224, 196),
                ]
            ),
            0.6,
        ),
        cloth,
    )
    put(body, layer([(186, 186), (262, 186), (232, 300), (216, 300)], 1), cloth * 0.45)
    put(body, layer([(184, 180), (174, 196), (208, 300), (218, 300)], 0.6), cloth * 1.04)
    put(body, layer([(262, 180), (274, 196), (240, 300), (230, 300)], 0.6), cloth * 1.04)
    fold = (
        line([(224, 300), (226, 640)], 1.5, 0.8)
        + line([(116, 330), (112, 560)], 4, 4)
        + line([(332, 330), (336, 560)], 4, 4)
    )
    put(body, numpy.clip(fold, 0, 1) * 0.5 * body[1], cloth * 0.55)
    across = numpy.linspace(-1, 1, WIDTH * SCALE, dtype=numpy.float32)
    body[0][:] *= (1.03 - 0.28 * numpy.abs(across) ** 2)[None, :, None]
    # The head stands before the coat, the collar before the neck.
    neck = numpy.clip((numpy.arange(HEIGHT * SCALE) / SCALE - 184) / 6, 0, 1).astype(numpy.float32)[
        :, None
    ]
    cover = person[1] * (1 - neck * body[1])
    put(body, cover, person[0])
    return body

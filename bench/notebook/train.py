"""The notebook's first part in Keras: a head on a frozen MobileNetV2, trained on a folder per class.

    train.py OPTIONS.json

OPTIONS.json: data (folder of class folders), tests (name to such a folder), base (.npz of folded
MobileNetV2 features), out (folder), seed. Prints one line of JSON. Exit status 3 and the word
"absent": no Keras here. Settings are the notebook's: 224 px, stretched; 80:20; zoom, rotation,
shifts, flips; Dense 128, dropout 0.5; Adam 1e-4; binary cross-entropy; early stopping; CSV log.
"""

import json
import os
import sys
import time

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
os.environ.setdefault('CUDA_VISIBLE_DEVICES', '-1')
try:
    import cv2
    import keras
    import numpy
except ImportError:
    print('absent')
    sys.exit(3)

SIZE = 224
EPOCHS = 20
BATCH = 32
PATIENCE = 5


def read_folder(folder, classes):
    """Pictures float32 [n, 224, 224, 3] from -1 to 1, and one-hot labels, in the order of names."""
    pictures, labels = [], []
    for number, name in enumerate(classes):
        for file in sorted(os.listdir(os.path.join(folder, name))):
            picture = cv2.imread(os.path.join(folder, name, file))
            picture = cv2.cvtColor(cv2.resize(picture, (SIZE, SIZE)), cv2.COLOR_BGR2RGB)
            pictures.append(picture.astype('float32') / 127.5 - 1)
            labels.append(number)
    return numpy.stack(pictures), keras.utils.to_categorical(labels, len(classes))


def frozen_base(path):
    """MobileNetV2 without its top; folded weights, so batch norms only add the bias."""
    base = keras.applications.MobileNetV2(
        include_top=False, weights=None, input_shape=(SIZE, SIZE, 3)
    )
    folded = numpy.load(path)
    kinds = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D)
    norms = [one for one in base.layers if isinstance(one, keras.layers.BatchNormalization)]
    convolutions = [one for one in base.layers if isinstance(one, kinds)]
    for number, (convolution, norm) in enumerate(zip(convolutions, norms, strict=True)):
        weight, bias = folded[f'conv{number:02}.weight'], folded[f'conv{number:02}.bias']
        depthwise = isinstance(convolution, keras.layers.DepthwiseConv2D)
        convolution.set_weights([weight.transpose((2, 3, 0, 1) if depthwise else (2, 3, 1, 0))])
        one = numpy.ones_like(bias)
        norm.set_weights([one * numpy.sqrt(1 + norm.epsilon), bias, 0 * one, one])
    base.trainable = False
    return base


def with_head(base, classes):
    layers = keras.layers
    x = layers.AveragePooling2D(pool_size=(7, 7))(base.output)
    x = layers.Flatten()(x)
    x = layers.Dense(128, activation='relu')(x)
    x = layers.Dropout(0.5)(x)
    model = keras.Model(base.input, layers.Dense(classes, activation='softmax')(x))
    model.compile(
        loss='binary_crossentropy',
        optimizer=keras.optimizers.Adam(learning_rate=1e-4),
        metrics=['accuracy'],
    )
    return model


def split(labels, seed):
    """80:20 of each class, picture by picture."""
    shuffled = numpy.random.default_rng(seed).permutation(len(labels))
    of_class = [[n for n in shuffled if labels[n, c] == 1] for c in range(labels.shape[1])]
    held = [n for each in of_class for n in each[: len(each) // 5]]
    return [n for each in of_class for n in each[len(each) // 5 :]], held


def augmented(pictures, labels, seed):
    # Keras keeps it for the notebooks that were written with it.
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    changes = ImageDataGenerator(
        rotation_range=20,
        zoom_range=0.15,
        width_shift_range=0.2,
        height_shift_range=0.2,
        horizontal_flip=True,
        fill_mode='nearest',
    )
    return changes.flow(pictures, labels, batch_size=BATCH, seed=seed)


def main():
    with open(sys.argv[1], encoding='utf-8') as file:
        options = json.load(file)
    keras.utils.set_random_seed(options['seed'])
    os.makedirs(options['out'], exist_ok=True)
    started = time.perf_counter()
    classes = sorted(os.listdir(options['data']))
    pictures, labels = read_folder(options['data'], classes)
    trained, held = split(labels, options['seed'])
    model = with_head(frozen_base(options['base']), len(classes))
    history = model.fit(
        augmented(pictures[trained], labels[trained], options['seed']),
        validation_data=(pictures[held], labels[held]),
        epochs=EPOCHS,
        callbacks=[
            keras.callbacks.EarlyStopping(patience=PATIENCE, restore_best_weights=True),
            keras.callbacks.CSVLogger(os.path.join(options['out'], 'log.csv')),
        ],
        verbose=0,
    )
    model.save(os.path.join(options['out'], 'model.h5'))
    seconds = time.perf_counter() - started
    figures = {}
    for name, folder in options['tests'].items():
        loss, accuracy = model.evaluate(*read_folder(folder, classes), batch_size=BATCH, verbose=0)
        figures[name] = {'loss': loss, 'accuracy': accuracy}
    epochs = len(history.history['loss'])
    versions = {'keras': keras.__version__, 'opencv': cv2.__version__}
    print(json.dumps({'classes': classes, 'seconds': seconds, 'epochs': epochs, **versions, 'tests': figures}))


if __name__ == '__main__':
    main()

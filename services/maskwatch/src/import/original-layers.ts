import { runLayersModel, type SavedLayers } from '@maskwatch/training/backend/run-layers-model';
import type { Original } from './original.ts';
import { channelsLast, scaledPlanes } from './picture-feeds.ts';

/** A saved LayersModel in plain TensorFlow.js. */
export function layersOriginal(saved: SavedLayers): Original {
  return {
    reader: 'TensorFlow.js',
    async run(pictures, reading) {
      const inputs = pictures.map((picture) => {
        const { width, height } = picture;
        return { values: channelsLast(scaledPlanes(picture, reading)), width, height };
      });
      return (await runLayersModel(saved, inputs)).map((row) => [row]);
    },
  };
}

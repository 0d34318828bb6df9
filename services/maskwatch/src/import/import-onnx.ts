import { recognise } from '@maskwatch/onnx/onnx-network';
import { importOnnxClassifier } from './import-onnx-classifier.ts';
import { importOnnxDetector } from './import-onnx-detector.ts';
import type { Imported } from './imported.ts';
import { type OnnxAsked, openOnnxFile, sizeProblem } from './onnx-file.ts';

/**
 * A classifier, or a detector with YOLOv8's or YuNet's head. Problems: onnx-damaged, onnx-unknown,
 * onnx-input, onnx-layout, import-size, import-scale, import-names, names-unknown, those of a trial.
 */
export async function importOnnx(asked: OnnxAsked): Promise<Imported> {
  const opened = await openOnnxFile(asked);
  try {
    const { graph, shapes, width, height } = opened;
    const found = recognise(graph, shapes, { width, height });
    if (width !== height) {
      throw sizeProblem(`it takes pictures of ${width}x${height}, and the input must be square`);
    }
    return found.kind === 'classifier'
      ? await importOnnxClassifier(asked, opened, found)
      : importOnnxDetector(asked, opened, found);
  } catch (thrown) {
    await opened.file.trial.close();
    throw thrown;
  }
}

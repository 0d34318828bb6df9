import type { Camera } from '@maskwatch/contracts/camera';
import { Chip } from '../../components/chip.tsx';
import { wordsOfCamera } from './camera-words.ts';

/** The state of a camera as colour, shape and word; loud when it is not watched. */
export function CameraState({ camera }: { camera: Camera }) {
  const { word, icon, tone } = wordsOfCamera(camera);
  return (
    <Chip tone={tone} icon={icon} loud={tone !== 'good'}>
      {word}
    </Chip>
  );
}

import type { Camera } from '@maskwatch/contracts/camera';
import { Chip } from '../../components/chip.tsx';
import { wordsOfCamera } from './camera-words.ts';
import { useLink } from './live-context.ts';

/** The state of a camera as colour, shape and word; loud when it is not watched. Without news it says so. */
export function CameraState({ camera }: { camera: Camera }) {
  const link = useLink();
  const { word, icon, tone } = wordsOfCamera(camera);
  if (link === 'lost') {
    return (
      <Chip tone="warn" icon="question">
        not known
      </Chip>
    );
  }
  return (
    <Chip tone={tone} icon={icon} loud={tone !== 'good'}>
      {word}
    </Chip>
  );
}

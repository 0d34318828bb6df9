/** A process of its own that watches the camera at the address in its first argument. */
import { CameraConfig } from '@maskwatch/contracts/config';
import { findDecoder } from '@maskwatch/ingest/source/decoder';
import { openSource } from '@maskwatch/ingest/source/open-source';
import { StartLimiter } from '@maskwatch/ingest/source/start-limiter';

const source = openSource(
  {
    camera: CameraConfig.parse({ id: 'gate', source: process.argv[2] }),
    ...{ decoder: await findDecoder(), demoFilm: '', limiter: new StartLimiter() },
  },
  {
    onFrame(frame) {
      console.log(`frame ${frame.sequence}`);
      frame.release();
    },
    onStatus: () => {},
  },
);
source.start();

/** npm run test:scenes: the table of all scenes. */
import { runScenes } from './run-scenes.ts';
import { sceneTable } from './scene-table.ts';

console.log(sceneTable(await runScenes({ few: false })));

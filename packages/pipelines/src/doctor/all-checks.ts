import type { Check } from './check.js';
import { folderCheck } from './checks/folder.js';
import { codecCheck, cpuEngineCheck, providerCheck } from './checks/native.js';
import { cpuCheck, memoryCheck, nodeCheck, platformCheck } from './checks/machine.js';
import { modelCheck } from './checks/models.js';
import { packageManagerCheck } from './checks/package-manager.js';
import { tensorflowCheck } from './checks/tensorflow.js';

/** In the order of the report. */
export const allChecks: readonly Check[] = [
  nodeCheck,
  platformCheck,
  cpuCheck,
  memoryCheck,
  packageManagerCheck,
  cpuEngineCheck,
  providerCheck('cuda'),
  providerCheck('webgpu'),
  tensorflowCheck,
  codecCheck,
  modelCheck,
  folderCheck('cache folder', ({ cacheDir }) => cacheDir),
  folderCheck('runs folder', ({ runsDir }) => runsDir),
];
